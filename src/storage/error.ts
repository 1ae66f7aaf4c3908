/**
 * - `unsupported`: there is no embedded Postgres for this machine, or its package is not whole
 * - `unusable`: the embedded Postgres can't be used here (folder, account, files), or didn't start
 * - `refused`: Postgres answered and doesn't let this role in, or do what it must do
 * - `schema`: the database's migrations don't fit this release
 */
export type StorageErrorCode = 'unsupported' | 'unusable' | 'refused' | 'schema'

/** Something about the database that a person has to mend; the message says what. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
