/*
 * How a peer connection is had even after five hundred calls. It knows the browser's limit and the way around it, and
 * nothing of what the connection is for.
 */

/** Far more than the browser lets garbage of this kind grow to; the pages are never touched, so no memory is really used. */
const pressure = { blocks: 16, bytes: 64 * 1024 * 1024 }

/** Connections after which garbage is collected unasked: often enough that one collection may fail to find all of them. */
const collectAfter = 150

/** Connections this page has made since. The limit is the page's, so the count is too. */
let made = 0

/**
 * A new RTCPeerConnection. Chromium counts closed ones against its limit of 500 until they are collected, and making them does not make it collect: measured,
 * a page that had made and closed 497 within 17 s could never make another. So garbage is made that does (40 to 100 ms), once in a while and when it refuses.
 * Throws what the browser throws when it still refuses.
 *
 * `negotiate` as `rtcpMuxPolicy` is no longer in the standard: a browser that does not know it is given `require`.
 */
export function createPeerConnection(configuration: RTCConfiguration): RTCPeerConnection {
  if (++made > collectAfter) collectGarbage()
  try {
    return new RTCPeerConnection(configuration)
  } catch (error) {
    if (isOfUnknownWord(error)) return new RTCPeerConnection({ ...configuration, rtcpMuxPolicy: 'require' })
    collectGarbage()
    return new RTCPeerConnection(configuration)
  }
}

const isOfUnknownWord = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof DOMException && error.name === 'NotSupportedError')

function collectGarbage(): void {
  made = 0
  try {
    for (let count = 0; count < pressure.blocks; count++) new ArrayBuffer(pressure.bytes)
  } catch {
    // Not even address space is left: the browser has collected all it could before it said so.
  }
}
