/** The sizes of payloads, in bytes, that the descriptions of the cases give. */
export const largeRequestSize = 271_828;
export const largeResponseSize = 314_159;
export const requestSizes = [27_182, 8, 1_828, 45_904] as const;
export const responseSizes = [31_415, 9, 2_653, 58_979] as const;
