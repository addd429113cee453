'use strict';

/** @returns {never} */
function refuse() {
  throw new Error(
    'Spreadsheets are not supported here: the package xlsx is left out, since its versions on the npm registry have ' +
      'known security holes. Save the sheet as CSV, and use readCSV or toCSV.',
  );
}

// What danfojs takes from the package.
module.exports = {
  read: refuse,
  readFile: refuse,
  writeFile: refuse,
  get utils() {
    return refuse();
  },
};
