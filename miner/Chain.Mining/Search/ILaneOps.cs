using System.Diagnostics.CodeAnalysis;

namespace Chain.Mining;

/// <summary>
/// The operations of one instruction set on <typeparamref name="TVector"/>, a row of 64-bit lanes that each carry their own
/// nonce. The rounds are written once over this (<see cref="KeccakLanes{TOps, TVector}"/>), so what is tested with one
/// instruction set holds for the others up to these few methods.
/// </summary>
internal interface ILaneOps<TVector>
    where TVector : struct
{
    /// <summary>How many nonces one vector carries.</summary>
    static abstract int Lanes { get; }

    /// <summary>The same word in every lane.</summary>
    static abstract TVector Broadcast(ulong word);

    static abstract TVector Xor(TVector a, TVector b);

    static abstract TVector Xor3(TVector a, TVector b, TVector c);

    /// <summary>Theta's effect on a column: <c>c ^ r</c>, of the parities of its neighbours.</summary>
    static abstract TVector ThetaEffect(TVector c, TVector r);

    /// <summary>The xor of theta's two column parities into a lane: <c>a ^ c ^ r</c>, where <paramref name="d"/> is
    /// <c>c ^ r</c>. An instruction set takes whichever form is shorter; what it ignores is never computed.</summary>
    static abstract TVector Theta(TVector a, TVector c, TVector r, TVector d);

    /// <summary><c>a ^ (~b &amp; c)</c>.</summary>
    static abstract TVector Chi(TVector a, TVector b, TVector c);

    /// <summary>Rotates each lane left by a literal from 1 to 63.</summary>
    static abstract TVector RotateLeft(TVector a, [ConstantExpected(Max = (byte)63)] byte count);

    /// <summary>
    /// The nonces <paramref name="first"/>, first + 1, … as lane 4 of the sponge: bytes reversed, wrapping at 2^64.
    /// </summary>
    static abstract TVector NonceLanes(ulong first);

    /// <summary>A bit per lane, the lowest for the first, that says whether the lane's bytes read big-endian are at most
    /// <paramref name="bound"/>.</summary>
    static abstract uint AtMost(TVector lanes, ulong bound);
}
