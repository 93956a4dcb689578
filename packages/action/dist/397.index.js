export const id = 397;
export const ids = [397];
export const modules = {

/***/ 56397: // @vercel/ncc@0.45.0/dist/ncc/@@notfound.js?kerberos
/***/ ((module) => {

module.exports = eval("require")("kerberos");


/***/ })

};
