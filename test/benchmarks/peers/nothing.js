// Nothing: what remains is how long Node itself takes.
