/**
 * What the hardware fixes before the module starts.
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "Physical Address Width and HKIDs".
 */
import type { Span } from "./tdmr.js";

export interface Platform {
  /** Width of physical addresses in bits, up to 52. */
  readonly maxPa: number;
  /** Address bits at the top of `maxPa` that carry the HKID. */
  readonly keyidBits: number;
  /** First HKID that only TDs may use. */
  readonly privateHkidMin: number;
  /** Last HKID that only TDs may use. */
  readonly privateHkidMax: number;
  /** Convertible memory ranges: base and size in bytes. */
  readonly cmrs: readonly (readonly [base: number, size: number])[];
}

/** Masks that follow from a platform. */
export class AddressRules {
  /** First bit of the HKID field. */
  readonly hkidStart: number;
  /** HKID field of an address. */
  readonly hkidMask: bigint;
  readonly cmrs: readonly Span[];
  /** Bits 63:52 and HKID bits, as bits of the upper half: an operand with any of them is invalid. */
  readonly invalidHigh: number;
  /** HKID bits, as bits of the upper half. */
  readonly hkidHigh: number;

  /** @throws RangeError when the platform is none that could exist */
  constructor(readonly platform: Platform) {
    const { maxPa, keyidBits, privateHkidMin, privateHkidMax } = platform;
    this.hkidStart = maxPa - keyidBits;
    if (!(maxPa <= 52 && keyidBits >= 1 && this.hkidStart >= 32)) {
      throw new RangeError(`no platform has ${maxPa} address bits with ${keyidBits} of them for the HKID`);
    }
    if (!(privateHkidMin >= 1 && privateHkidMax >= privateHkidMin && privateHkidMax < 2 ** keyidBits)) {
      throw new RangeError(`private HKIDs ${privateHkidMin} to ${privateHkidMax} do not fit ${keyidBits} bits`);
    }
    this.hkidMask = ((1n << BigInt(keyidBits)) - 1n) << BigInt(this.hkidStart);
    this.hkidHigh = Number(this.hkidMask >> 32n);
    this.invalidHigh = this.hkidHigh | 0xfff00000;
    this.cmrs = platform.cmrs.map(([base, size]) => ({ start: BigInt(base), end: BigInt(base) + BigInt(size) }));
  }

  /** Whether an address is below 2^52 and carries no private HKID. */
  isShared(hpa: bigint): boolean {
    const hkid = (hpa & this.hkidMask) >> BigInt(this.hkidStart);
    return hpa < 1n << 52n && hkid < BigInt(this.platform.privateHkidMin);
  }
}
