/** The repository. */
export const root: string
/** Its folder for what can be had again. */
export const cache: string
/** Linux's root user, to whom Chromium refuses its sandbox. */
export const isRoot: boolean
