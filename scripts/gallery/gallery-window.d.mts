export interface GalleryWindow {
  /** The value of an expression in the page; a promise is awaited. */
  evaluate(expression: string): Promise<unknown>
  /** The names of all views. */
  views(): Promise<string[]>
  /** Shows one and returns what the console complained about. */
  show(view: string, theme: 'light' | 'dark', dir?: 'ltr' | 'rtl'): Promise<string[]>
  /** A window of another size, in pixels of the page. */
  resize(width: number, height: number): Promise<unknown>
  /** A PNG. */
  picture(): Promise<Buffer>
  close(): Promise<void>
}
/** Opens it; needs a display and a built phone. `scale`: device pixels per pixel. */
export function openGallery(options?: { scale?: number; env?: NodeJS.ProcessEnv }): Promise<GalleryWindow>
