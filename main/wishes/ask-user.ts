/*
 * What main asks its user by a dialog of the desktop, so that no page ever names a file or agrees to a loss in the user's
 * stead. Only the shape: the dialogs are the operating system's.
 */

export interface FileKind {
  /** As the dialog names it. */
  readonly name: string
  /** Without the dot. */
  readonly extensions: readonly string[]
}

export interface AskUser {
  /** Where to save; null: the user thought better of it. The first kind is the proposed one. */
  saveFile(proposed: string, kinds: readonly FileKind[]): Promise<string | null>
  openFile(kinds: readonly FileKind[]): Promise<string | null>
  /** Whether the user agrees to something that cannot be undone. */
  confirm(question: { readonly message: string; readonly detail: string; readonly agree: string }): Promise<boolean>
}
