// Runs calls of mongodb-atlas-api-client: one JSON object a line comes in, `{"part", "call", "words"}`, one goes out. Knows
// nothing of what is checked.
"use strict";

const readline = require("node:readline");
const {createRequire} = require("node:module");

const load = createRequire(process.argv[2] + "/package.json");
const client = load("mongodb-atlas-api-client")(JSON.parse(process.argv[3]));

(async () => {
  for await (const line of readline.createInterface({"input": process.stdin})) {
    const {part, call, words} = JSON.parse(line);
    let answer;
    try {
      answer = {"value": await client[part][call](...words)};
    } catch (error) {
      answer = {"error": String(error)};
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
})();
