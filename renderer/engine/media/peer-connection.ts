/*
 * How a peer connection is had even after five hundred calls. It knows the browser's limit and the way around it, and
 * nothing of what the connection is for.
 */

/** Far more than the browser lets garbage of this kind grow to; the pages are never touched, so no memory is really used. */
const pressure = { blocks: 16, bytes: 64 * 1024 * 1024 }

/**
 * A new RTCPeerConnection. Chromium counts closed ones against its limit of 500 until they are collected, and making them does not make it collect: measured,
 * a page that had made and closed 497 within 17 s could never make another. So when it refuses, garbage is made that does (40 to 100 ms), and one more try.
 * Throws what the browser throws when it still refuses.
 */
export function createPeerConnection(configuration: RTCConfiguration): RTCPeerConnection {
  try {
    return new RTCPeerConnection(configuration)
  } catch {
    collectGarbage()
    return new RTCPeerConnection(configuration)
  }
}

function collectGarbage(): void {
  try {
    for (let count = 0; count < pressure.blocks; count++) new ArrayBuffer(pressure.bytes)
  } catch {
    // Not even address space is left: the browser has collected all it could before it said so.
  }
}
