using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Chain.Primitives;

namespace Chain.Mining;

/// <summary>
/// Keccak-f[1600] over one vector of nonces, from a <see cref="Midstate"/> to lane 0 of the result. The first round starts
/// behind the midstate, 22 rounds run as eleven turns of two, and of the last round only lane 0 is computed: its eight bytes are
/// the top of the hash, which is all that a search compares. Lanes are called a for the state, b after rho and pi, c for
/// column parities, r for a parity rotated by one, d for their xor, as in the Keccak reference 3.0.
/// </summary>
internal static class KeccakLanes<TOps, TVector>
    where TOps : ILaneOps<TVector>
    where TVector : struct
{
    // Each round's rows are written so that few values live at once: five lanes in, five lanes out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static TVector Lane0(in Midstate m, TVector n)
    {
        TVector b0, b1, b2, b3, b4, c0, c1, c2, c3, c4, r0, r1, r2, r3, r4, d0, d1, d2, d3, d4;
        TVector e00, e01, e02, e03, e04, e05, e06, e07, e08, e09, e10, e11, e12,
            e13, e14, e15, e16, e17, e18, e19, e20, e21, e22, e23, e24;

        // The first round: b from the midstate.
        TVector a00, a01, a02, a03, a04, a05, a06, a07, a08, a09, a10, a11, a12,
            a13, a14, a15, a16, a17, a18, a19, a20, a21, a22, a23, a24;
        b0 = TOps.Xor(n, TOps.Broadcast(m.B00));
        b1 = TOps.Broadcast(m.B01);
        b2 = TOps.Broadcast(m.B02);
        b3 = TOps.Xor(TOps.RotateLeft(n, 22), TOps.Broadcast(m.B03));
        b4 = TOps.Broadcast(m.B04);
        a00 = TOps.Xor(TOps.Chi(b0, b1, b2), TOps.Broadcast(KeccakF1600.RoundConstants[0]));
        a01 = TOps.Chi(b1, b2, b3);
        a02 = TOps.Chi(b2, b3, b4);
        a03 = TOps.Chi(b3, b4, b0);
        a04 = TOps.Chi(b4, b0, b1);
        b0 = TOps.Xor(TOps.RotateLeft(n, 29), TOps.Broadcast(m.B05));
        b1 = TOps.Broadcast(m.B06);
        b2 = TOps.Xor(TOps.RotateLeft(n, 3), TOps.Broadcast(m.B07));
        b3 = TOps.Broadcast(m.B08);
        b4 = TOps.Broadcast(m.B09);
        a05 = TOps.Chi(b0, b1, b2);
        a06 = TOps.Chi(b1, b2, b3);
        a07 = TOps.Chi(b2, b3, b4);
        a08 = TOps.Chi(b3, b4, b0);
        a09 = TOps.Chi(b4, b0, b1);
        b0 = TOps.Broadcast(m.B10);
        b1 = TOps.Broadcast(m.B11);
        b2 = TOps.Xor(TOps.RotateLeft(n, 26), TOps.Broadcast(m.B12));
        b3 = TOps.Broadcast(m.B13);
        b4 = TOps.Xor(TOps.RotateLeft(n, 18), TOps.Broadcast(m.B14));
        a10 = TOps.Chi(b0, b1, b2);
        a11 = TOps.Chi(b1, b2, b3);
        a12 = TOps.Chi(b2, b3, b4);
        a13 = TOps.Chi(b3, b4, b0);
        a14 = TOps.Chi(b4, b0, b1);
        b0 = TOps.Xor(TOps.RotateLeft(n, 27), TOps.Broadcast(m.B15));
        b1 = TOps.Xor(TOps.RotateLeft(n, 36), TOps.Broadcast(m.B16));
        b2 = TOps.Broadcast(m.B17);
        b3 = TOps.Broadcast(m.B18);
        b4 = TOps.Xor(TOps.RotateLeft(n, 57), TOps.Broadcast(m.B19));
        a15 = TOps.Chi(b0, b1, b2);
        a16 = TOps.Chi(b1, b2, b3);
        a17 = TOps.Chi(b2, b3, b4);
        a18 = TOps.Chi(b3, b4, b0);
        a19 = TOps.Chi(b4, b0, b1);
        b0 = TOps.Broadcast(m.B20);
        b1 = TOps.Xor(TOps.RotateLeft(n, 56), TOps.Broadcast(m.B21));
        b2 = TOps.Broadcast(m.B22);
        b3 = TOps.Xor(TOps.RotateLeft(n, 41), TOps.Broadcast(m.B23));
        b4 = TOps.Broadcast(m.B24);
        a20 = TOps.Chi(b0, b1, b2);
        a21 = TOps.Chi(b1, b2, b3);
        a22 = TOps.Chi(b2, b3, b4);
        a23 = TOps.Chi(b3, b4, b0);
        a24 = TOps.Chi(b4, b0, b1);

        ref var constants = ref MemoryMarshal.GetReference(KeccakF1600.RoundConstants);
        for (var round = 1; round < 23; round += 2)
        {
            c0 = TOps.Xor3(TOps.Xor3(a00, a05, a10), a15, a20);
            c1 = TOps.Xor3(TOps.Xor3(a01, a06, a11), a16, a21);
            c2 = TOps.Xor3(TOps.Xor3(a02, a07, a12), a17, a22);
            c3 = TOps.Xor3(TOps.Xor3(a03, a08, a13), a18, a23);
            c4 = TOps.Xor3(TOps.Xor3(a04, a09, a14), a19, a24);
            r0 = TOps.RotateLeft(c0, 1);
            r1 = TOps.RotateLeft(c1, 1);
            r2 = TOps.RotateLeft(c2, 1);
            r3 = TOps.RotateLeft(c3, 1);
            r4 = TOps.RotateLeft(c4, 1);
            d0 = TOps.ThetaEffect(c4, r1);
            d1 = TOps.ThetaEffect(c0, r2);
            d2 = TOps.ThetaEffect(c1, r3);
            d3 = TOps.ThetaEffect(c2, r4);
            d4 = TOps.ThetaEffect(c3, r0);
            b0 = TOps.Theta(a00, c4, r1, d0);
            b1 = TOps.RotateLeft(TOps.Theta(a06, c0, r2, d1), 44);
            b2 = TOps.RotateLeft(TOps.Theta(a12, c1, r3, d2), 43);
            b3 = TOps.RotateLeft(TOps.Theta(a18, c2, r4, d3), 21);
            b4 = TOps.RotateLeft(TOps.Theta(a24, c3, r0, d4), 14);
            e00 = TOps.Xor(TOps.Chi(b0, b1, b2), TOps.Broadcast(Unsafe.Add(ref constants, round)));
            e01 = TOps.Chi(b1, b2, b3);
            e02 = TOps.Chi(b2, b3, b4);
            e03 = TOps.Chi(b3, b4, b0);
            e04 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Theta(a03, c2, r4, d3), 28);
            b1 = TOps.RotateLeft(TOps.Theta(a09, c3, r0, d4), 20);
            b2 = TOps.RotateLeft(TOps.Theta(a10, c4, r1, d0), 3);
            b3 = TOps.RotateLeft(TOps.Theta(a16, c0, r2, d1), 45);
            b4 = TOps.RotateLeft(TOps.Theta(a22, c1, r3, d2), 61);
            e05 = TOps.Chi(b0, b1, b2);
            e06 = TOps.Chi(b1, b2, b3);
            e07 = TOps.Chi(b2, b3, b4);
            e08 = TOps.Chi(b3, b4, b0);
            e09 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Theta(a01, c0, r2, d1), 1);
            b1 = TOps.RotateLeft(TOps.Theta(a07, c1, r3, d2), 6);
            b2 = TOps.RotateLeft(TOps.Theta(a13, c2, r4, d3), 25);
            b3 = TOps.RotateLeft(TOps.Theta(a19, c3, r0, d4), 8);
            b4 = TOps.RotateLeft(TOps.Theta(a20, c4, r1, d0), 18);
            e10 = TOps.Chi(b0, b1, b2);
            e11 = TOps.Chi(b1, b2, b3);
            e12 = TOps.Chi(b2, b3, b4);
            e13 = TOps.Chi(b3, b4, b0);
            e14 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Theta(a04, c3, r0, d4), 27);
            b1 = TOps.RotateLeft(TOps.Theta(a05, c4, r1, d0), 36);
            b2 = TOps.RotateLeft(TOps.Theta(a11, c0, r2, d1), 10);
            b3 = TOps.RotateLeft(TOps.Theta(a17, c1, r3, d2), 15);
            b4 = TOps.RotateLeft(TOps.Theta(a23, c2, r4, d3), 56);
            e15 = TOps.Chi(b0, b1, b2);
            e16 = TOps.Chi(b1, b2, b3);
            e17 = TOps.Chi(b2, b3, b4);
            e18 = TOps.Chi(b3, b4, b0);
            e19 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Theta(a02, c1, r3, d2), 62);
            b1 = TOps.RotateLeft(TOps.Theta(a08, c2, r4, d3), 55);
            b2 = TOps.RotateLeft(TOps.Theta(a14, c3, r0, d4), 39);
            b3 = TOps.RotateLeft(TOps.Theta(a15, c4, r1, d0), 41);
            b4 = TOps.RotateLeft(TOps.Theta(a21, c0, r2, d1), 2);
            e20 = TOps.Chi(b0, b1, b2);
            e21 = TOps.Chi(b1, b2, b3);
            e22 = TOps.Chi(b2, b3, b4);
            e23 = TOps.Chi(b3, b4, b0);
            e24 = TOps.Chi(b4, b0, b1);

            c0 = TOps.Xor3(TOps.Xor3(e00, e05, e10), e15, e20);
            c1 = TOps.Xor3(TOps.Xor3(e01, e06, e11), e16, e21);
            c2 = TOps.Xor3(TOps.Xor3(e02, e07, e12), e17, e22);
            c3 = TOps.Xor3(TOps.Xor3(e03, e08, e13), e18, e23);
            c4 = TOps.Xor3(TOps.Xor3(e04, e09, e14), e19, e24);
            r0 = TOps.RotateLeft(c0, 1);
            r1 = TOps.RotateLeft(c1, 1);
            r2 = TOps.RotateLeft(c2, 1);
            r3 = TOps.RotateLeft(c3, 1);
            r4 = TOps.RotateLeft(c4, 1);
            d0 = TOps.ThetaEffect(c4, r1);
            d1 = TOps.ThetaEffect(c0, r2);
            d2 = TOps.ThetaEffect(c1, r3);
            d3 = TOps.ThetaEffect(c2, r4);
            d4 = TOps.ThetaEffect(c3, r0);
            b0 = TOps.Theta(e00, c4, r1, d0);
            b1 = TOps.RotateLeft(TOps.Theta(e06, c0, r2, d1), 44);
            b2 = TOps.RotateLeft(TOps.Theta(e12, c1, r3, d2), 43);
            b3 = TOps.RotateLeft(TOps.Theta(e18, c2, r4, d3), 21);
            b4 = TOps.RotateLeft(TOps.Theta(e24, c3, r0, d4), 14);
            a00 = TOps.Xor(TOps.Chi(b0, b1, b2), TOps.Broadcast(Unsafe.Add(ref constants, round + 1)));
            a01 = TOps.Chi(b1, b2, b3);
            a02 = TOps.Chi(b2, b3, b4);
            a03 = TOps.Chi(b3, b4, b0);
            a04 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Theta(e03, c2, r4, d3), 28);
            b1 = TOps.RotateLeft(TOps.Theta(e09, c3, r0, d4), 20);
            b2 = TOps.RotateLeft(TOps.Theta(e10, c4, r1, d0), 3);
            b3 = TOps.RotateLeft(TOps.Theta(e16, c0, r2, d1), 45);
            b4 = TOps.RotateLeft(TOps.Theta(e22, c1, r3, d2), 61);
            a05 = TOps.Chi(b0, b1, b2);
            a06 = TOps.Chi(b1, b2, b3);
            a07 = TOps.Chi(b2, b3, b4);
            a08 = TOps.Chi(b3, b4, b0);
            a09 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Theta(e01, c0, r2, d1), 1);
            b1 = TOps.RotateLeft(TOps.Theta(e07, c1, r3, d2), 6);
            b2 = TOps.RotateLeft(TOps.Theta(e13, c2, r4, d3), 25);
            b3 = TOps.RotateLeft(TOps.Theta(e19, c3, r0, d4), 8);
            b4 = TOps.RotateLeft(TOps.Theta(e20, c4, r1, d0), 18);
            a10 = TOps.Chi(b0, b1, b2);
            a11 = TOps.Chi(b1, b2, b3);
            a12 = TOps.Chi(b2, b3, b4);
            a13 = TOps.Chi(b3, b4, b0);
            a14 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Theta(e04, c3, r0, d4), 27);
            b1 = TOps.RotateLeft(TOps.Theta(e05, c4, r1, d0), 36);
            b2 = TOps.RotateLeft(TOps.Theta(e11, c0, r2, d1), 10);
            b3 = TOps.RotateLeft(TOps.Theta(e17, c1, r3, d2), 15);
            b4 = TOps.RotateLeft(TOps.Theta(e23, c2, r4, d3), 56);
            a15 = TOps.Chi(b0, b1, b2);
            a16 = TOps.Chi(b1, b2, b3);
            a17 = TOps.Chi(b2, b3, b4);
            a18 = TOps.Chi(b3, b4, b0);
            a19 = TOps.Chi(b4, b0, b1);
            b0 = TOps.RotateLeft(TOps.Theta(e02, c1, r3, d2), 62);
            b1 = TOps.RotateLeft(TOps.Theta(e08, c2, r4, d3), 55);
            b2 = TOps.RotateLeft(TOps.Theta(e14, c3, r0, d4), 39);
            b3 = TOps.RotateLeft(TOps.Theta(e15, c4, r1, d0), 41);
            b4 = TOps.RotateLeft(TOps.Theta(e21, c0, r2, d1), 2);
            a20 = TOps.Chi(b0, b1, b2);
            a21 = TOps.Chi(b1, b2, b3);
            a22 = TOps.Chi(b2, b3, b4);
            a23 = TOps.Chi(b3, b4, b0);
            a24 = TOps.Chi(b4, b0, b1);
        }

        // The last round: lane 0 alone.
        c0 = TOps.Xor3(TOps.Xor3(a00, a05, a10), a15, a20);
        c1 = TOps.Xor3(TOps.Xor3(a01, a06, a11), a16, a21);
        c2 = TOps.Xor3(TOps.Xor3(a02, a07, a12), a17, a22);
        c3 = TOps.Xor3(TOps.Xor3(a03, a08, a13), a18, a23);
        c4 = TOps.Xor3(TOps.Xor3(a04, a09, a14), a19, a24);
        r1 = TOps.RotateLeft(c1, 1);
        r2 = TOps.RotateLeft(c2, 1);
        r3 = TOps.RotateLeft(c3, 1);
        d0 = TOps.ThetaEffect(c4, r1);
        d1 = TOps.ThetaEffect(c0, r2);
        d2 = TOps.ThetaEffect(c1, r3);
        b0 = TOps.Theta(a00, c4, r1, d0);
        b1 = TOps.RotateLeft(TOps.Theta(a06, c0, r2, d1), 44);
        b2 = TOps.RotateLeft(TOps.Theta(a12, c1, r3, d2), 43);
        return TOps.Xor(TOps.Chi(b0, b1, b2), TOps.Broadcast(Unsafe.Add(ref constants, 23)));
    }
}
