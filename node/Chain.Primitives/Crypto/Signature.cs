namespace Chain.Primitives;

/// <summary>An ECDSA signature over secp256k1 with the parity of the nonce point's y, from which the signer is recovered.</summary>
public readonly record struct Signature(UInt256 R, UInt256 S, byte YParity);
