/** Shares to the last image: two decimals are one image of ten thousand. */

/** 0.9123 → 91.23 % */
export const percent = (share: number): string => `${points(share)} %`;

/** The same without the sign, for a difference. */
export const points = (share: number): string => (share * 100).toFixed(2);
