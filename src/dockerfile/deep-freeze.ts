/** Freezes plain data all the way down. Recursion is no deeper than the tree, which is bounded by its types. */
export function deepFreeze<Data>(data: Data): Data {
  if (typeof data === 'object' && data !== null) freezeObject(data);
  return data;
}

function freezeObject(data: object): void {
  if (Object.isFrozen(data)) return;
  Object.freeze(data);
  if (Array.isArray(data)) for (const item of data) deepFreeze(item);
  else for (const key in data) deepFreeze(Reflect.get(data, key));
}
