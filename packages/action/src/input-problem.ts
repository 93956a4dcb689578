/** What is wrong with the value of an input, as a clause that follows the input's name. */
export class InputProblem extends Error {
  override readonly name = 'InputProblem';
}
