// Searches, which the SDK does not page by itself, and their filters: each field with each operator, as the API document names them.
import assert from 'node:assert/strict';
import { operations } from './contract.mjs';
import { ids } from './sdk.mjs';

/** Everything that a search finds, page by page. */
export async function found(search, ask) {
  const items = [];
  for (let cursor; cursor !== null; ) {
    const page = await search({ ...ask, limit: 100, ...(cursor && { cursor }) });
    items.push(...page.data);
    cursor = page.nextCursor;
  }
  return items;
}

/** A date as searches take it, in Unix seconds. */
export const seconds = (date) => Math.floor(Date.parse(date) / 1000);

// What each operator says of the values that an item has of a field: one, several or none.
const holds = {
  '=': (have, want) => have.includes(want),
  '!=': (have, want) => !have.includes(want),
  IN: (have, wanted) => wanted.some((want) => have.includes(want)),
  NIN: (have, wanted) => !wanted.some((want) => have.includes(want)),
  '>': (have, want) => have.some((value) => value > want),
  '<': (have, want) => have.some((value) => value < want),
  '>=': (have, want) => have.some((value) => value >= want),
  '<=': (have, want) => have.some((value) => value <= want),
  '~': (have, want) => have.some((value) => value.toLowerCase().split(/\W+/).some((word) => word.startsWith(want.toLowerCase()))),
};

/**
 * Asserts that a search finds the items that a clause fits, and no others, for each clause that the document allows. items are all
 * that there are, everything a clause they all pass (negations need company), and reads tells the values of each field.
 */
export async function assertFilters({ operation, search, items, everything, reads }) {
  const fields = operations.find((op) => op.id === operation).searchFields;
  const finds = async (clause, fits) => {
    const data = await found(search, { query: { operator: 'AND', value: [clause, everything] } });
    assert.deepEqual(ids(data).sort(), ids(items.filter(fits)).sort(), JSON.stringify(clause));
  };
  for (const [field, read] of Object.entries(reads)) {
    const valuesOf = (item) => [read(item)].flat().filter((value) => (value ?? null) !== null);
    const values = [...new Set(items.flatMap(valuesOf))].sort((a, b) => (a < b ? -1 : 1));
    assert.ok(values.length > 1, `${field} has the values ${values}`);
    const middle = values[values.length >> 1];
    for (const operator of fields[field].operators) {
      const value = { IN: [values[0], middle], NIN: [values[0], middle], '~': String(middle).split(' ')[0] }[operator] ?? middle;
      await finds({ field, operator, value }, (item) => holds[operator](valuesOf(item), value));
    }
    if (fields[field].type.endsWith('|null')) {
      await finds({ field, operator: '=', value: null }, (item) => valuesOf(item).length === 0);
      await finds({ field, operator: '!=', value: null }, (item) => valuesOf(item).length > 0);
    }
  }
  assert.deepEqual(Object.keys(reads).sort(), Object.keys(fields).filter((field) => fields[field].operators.length > 0).sort());
}
