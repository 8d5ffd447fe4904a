/** The address of the page, which says what is shown. */
import { useEffect } from "preact/hooks";

/** Browsers refuse an address that comes too thick and fast: one of them more than 100 times in 30 seconds. */
const ADDRESS_MS = 400;

/** Makes `address` that of the page, once it stays for a moment; none said leaves the address as it is. */
export function useAddress(address: string | undefined): void {
  useEffect(() => {
    if (address === undefined) return;
    const timer = setTimeout(() => history.replaceState(history.state, "", address), ADDRESS_MS);
    return () => clearTimeout(timer);
  }, [address]);
}
