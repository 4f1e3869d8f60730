/*
 * What a server's descriptions told of RTCP, for the calls that go there next. Asterisk's endpoints for WebRTC that were not set up by `webrtc=yes` have a port
 * of its own for it.
 */

/** Shared by the calls of one line. */
export interface ReportPorts {
  /** The last description from there took RTCP on another port than RTP: no `a=rtcp-mux` (RFC 5761 section 5.1.1). */
  isSeparate: boolean
}
