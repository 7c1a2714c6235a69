//! RSA keys whose primes a known defective generator made (CVE-2017-15361, "ROCA"): their private half can be computed.

use num_bigint::BigUint;
use num_traits::ToPrimitive;

/// Small primes for which the residues of such a modulus are powers of 65537.
const PRIMES: [u64; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// True when the modulus has the fingerprint; a sound key has it with a chance of about 2⁻²⁷.
pub(super) fn is_affected(modulus: &[u8]) -> bool {
    let modulus = BigUint::from_bytes_be(modulus);
    PRIMES.iter().all(|&prime| {
        (&modulus % prime)
            .to_u64()
            .is_some_and(|residue| is_power_of_65537(residue, prime))
    })
}

fn is_power_of_65537(residue: u64, prime: u64) -> bool {
    let mut power = 1 % prime;
    for _ in 0..prime {
        if power == residue {
            return true;
        }
        power = power * 65537 % prime;
    }
    false
}
