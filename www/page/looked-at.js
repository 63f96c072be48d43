/** Which bytes a finding is about. Pure. */

/** @typedef {import("../core/vma_inspector.js").ContainerFinding} ContainerFinding */
/** @typedef {import("../core/vma_inspector.js").Finding} Finding */

const CLUSTER = 65_536;

/**
 * @param {Pick<Finding, "offset" | "deviceId" | "cluster"> | Pick<ContainerFinding, "layer" | "offset" | "archiveOffset">} finding
 * @returns {import("./model.js").Look | null} null: none
 */
export function placeOfFinding(finding) {
  if ("layer" in finding) {
    const { layer, offset, archiveOffset } = finding;
    // What is packed in the container of the file can only be looked at unpacked.
    return layer === 0 ? { of: "file", at: offset } : { of: "archive", at: archiveOffset };
  }
  const { offset, deviceId, cluster } = finding;
  if (offset !== null) return { of: "archive", at: offset };
  return deviceId === null || cluster === null ? null : { of: deviceId, at: cluster * CLUSTER };
}
