/*
 * What must never be read in a log is said once, for every process; here it is under the name the guard knows it by.
 */
export { redact } from '../../../../common/redact'
