import util from 'node:util'

const removed = {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: Array.isArray,
  isString: (value: unknown) => typeof value === 'string',
  isNumber: (value: unknown) => typeof value === 'number',
  isBoolean: (value: unknown) => typeof value === 'boolean',
  isFunction: (value: unknown) => typeof value === 'function',
  isObject: (value: unknown) => value !== null && typeof value === 'object',
  isUndefined: (value: unknown) => value === undefined,
  isNull: (value: unknown) => value === null,
}

/** tfjs-node 4.22 calls helpers of node:util that Node 23 removed. */
export function restoreUtil(): void {
  const target = util as unknown as Record<string, unknown>
  for (const [name, helper] of Object.entries(removed)) target[name] ??= helper
}
