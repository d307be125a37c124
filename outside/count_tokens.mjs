// Reads an object of texts as JSON, and prints how many tokens of o200k_base each has.
import { readFileSync } from "node:fs";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";

const texts = JSON.parse(readFileSync(process.argv[2], "utf8"));
const counts = Object.entries(texts).map(([name, text]) => [name, countTokens(text)]);
console.log(JSON.stringify(Object.fromEntries(counts)));
