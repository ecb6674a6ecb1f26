namespace Chain.Mining;

/// <summary>
/// The body of the GPU kernel: plain C#, free of any GPU library's types, so that the tests of the processor engines judge it. It
/// is written for a compiler that makes machine code of 64-bit operations on 32-bit lanes: rotates are built by an
/// <see cref="IRotate"/>; theta is three xors in a row, which become one ternary instruction a half; no local arrays, which would
/// spill; two rounds a turn, so that the loop stays in the instruction cache; round constants from an
/// <see cref="IRoundConstants"/>, since a static array would be copied to every thread.
/// </summary>
public static class KeccakKernel
{
    /// <summary>
    /// Tries <see cref="KernelJob.NoncesPerThread"/> nonces in a row and says whether one of them may be a solution: the top 64
    /// bits of its hash are at most the target's. Which one, and whether it is, the host finds out with the full hash.
    /// </summary>
    /// <param name="job">The same for all threads of a launch.</param>
    /// <param name="thread">This thread's number in the launch, from 0.</param>
    /// <param name="constants">The 24 round constants.</param>
    public static bool Search<TRotate, TConstants>(KernelJob job, int thread, TConstants constants)
        where TRotate : struct, IRotate
        where TConstants : struct, IRoundConstants
    {
        TRotate rotate = default;
        var nonce = job.FirstNonce + ((ulong)(uint)thread * (ulong)(uint)job.NoncesPerThread);
        var found = false;
        for (var i = 0; i < job.NoncesPerThread; i++)
        {
            var top = ReverseBytes(Lane0<TRotate, TConstants>(job.Midstate, ReverseBytes(nonce + (ulong)(uint)i, rotate),
                constants), rotate);
            found |= top <= job.Bound;
        }

        return found;
    }

    // Two rotates by a multiple of 8 and two masks: each half becomes one byte permutation.
    private static ulong ReverseBytes<TRotate>(ulong x, TRotate rotate)
        where TRotate : struct, IRotate
    {
        x = (rotate.Left(x, 8) & 0xFF00FF00FF00FF00) | (rotate.Left(x, 56) & 0x00FF00FF00FF00FF);
        x = (rotate.Left(x, 16) & 0xFFFF0000FFFF0000) | (rotate.Left(x, 48) & 0x0000FFFF0000FFFF);
        return (x << 32) | (x >> 32);
    }

    /// <summary>Lane 0 of Keccak-f[1600] behind the midstate, for the nonce in lane 4 (bytes reversed).</summary>
    private static ulong Lane0<TRotate, TConstants>(Midstate m, ulong n, TConstants constants)
        where TRotate : struct, IRotate
        where TConstants : struct, IRoundConstants
    {
        TRotate rotate = default;
        ulong b0, b1, b2, b3, b4;

        // The first round: b from the midstate.
        b0 = n ^ m.B00;
        b1 = m.B01;
        b2 = m.B02;
        b3 = rotate.Left(n, 22) ^ m.B03;
        b4 = m.B04;
        var a00 = b0 ^ (~b1 & b2) ^ constants.Of(0);
        var a01 = b1 ^ (~b2 & b3);
        var a02 = b2 ^ (~b3 & b4);
        var a03 = b3 ^ (~b4 & b0);
        var a04 = b4 ^ (~b0 & b1);
        b0 = rotate.Left(n, 29) ^ m.B05;
        b1 = m.B06;
        b2 = rotate.Left(n, 3) ^ m.B07;
        b3 = m.B08;
        b4 = m.B09;
        var a05 = b0 ^ (~b1 & b2);
        var a06 = b1 ^ (~b2 & b3);
        var a07 = b2 ^ (~b3 & b4);
        var a08 = b3 ^ (~b4 & b0);
        var a09 = b4 ^ (~b0 & b1);
        b0 = m.B10;
        b1 = m.B11;
        b2 = rotate.Left(n, 26) ^ m.B12;
        b3 = m.B13;
        b4 = rotate.Left(n, 18) ^ m.B14;
        var a10 = b0 ^ (~b1 & b2);
        var a11 = b1 ^ (~b2 & b3);
        var a12 = b2 ^ (~b3 & b4);
        var a13 = b3 ^ (~b4 & b0);
        var a14 = b4 ^ (~b0 & b1);
        b0 = rotate.Left(n, 27) ^ m.B15;
        b1 = rotate.Left(n, 36) ^ m.B16;
        b2 = m.B17;
        b3 = m.B18;
        b4 = rotate.Left(n, 57) ^ m.B19;
        var a15 = b0 ^ (~b1 & b2);
        var a16 = b1 ^ (~b2 & b3);
        var a17 = b2 ^ (~b3 & b4);
        var a18 = b3 ^ (~b4 & b0);
        var a19 = b4 ^ (~b0 & b1);
        b0 = m.B20;
        b1 = rotate.Left(n, 56) ^ m.B21;
        b2 = m.B22;
        b3 = rotate.Left(n, 41) ^ m.B23;
        b4 = m.B24;
        var a20 = b0 ^ (~b1 & b2);
        var a21 = b1 ^ (~b2 & b3);
        var a22 = b2 ^ (~b3 & b4);
        var a23 = b3 ^ (~b4 & b0);
        var a24 = b4 ^ (~b0 & b1);

        for (var round = 1; round < 23; round += 2)
        {
            var c0 = a00 ^ a05 ^ a10 ^ a15 ^ a20;
            var c1 = a01 ^ a06 ^ a11 ^ a16 ^ a21;
            var c2 = a02 ^ a07 ^ a12 ^ a17 ^ a22;
            var c3 = a03 ^ a08 ^ a13 ^ a18 ^ a23;
            var c4 = a04 ^ a09 ^ a14 ^ a19 ^ a24;
            var r0 = rotate.Left(c0, 1);
            var r1 = rotate.Left(c1, 1);
            var r2 = rotate.Left(c2, 1);
            var r3 = rotate.Left(c3, 1);
            var r4 = rotate.Left(c4, 1);
            b0 = a00 ^ c4 ^ r1;
            b1 = rotate.Left(a06 ^ c0 ^ r2, 44);
            b2 = rotate.Left(a12 ^ c1 ^ r3, 43);
            b3 = rotate.Left(a18 ^ c2 ^ r4, 21);
            b4 = rotate.Left(a24 ^ c3 ^ r0, 14);
            var e00 = b0 ^ (~b1 & b2) ^ constants.Of(round);
            var e01 = b1 ^ (~b2 & b3);
            var e02 = b2 ^ (~b3 & b4);
            var e03 = b3 ^ (~b4 & b0);
            var e04 = b4 ^ (~b0 & b1);
            b0 = rotate.Left(a03 ^ c2 ^ r4, 28);
            b1 = rotate.Left(a09 ^ c3 ^ r0, 20);
            b2 = rotate.Left(a10 ^ c4 ^ r1, 3);
            b3 = rotate.Left(a16 ^ c0 ^ r2, 45);
            b4 = rotate.Left(a22 ^ c1 ^ r3, 61);
            var e05 = b0 ^ (~b1 & b2);
            var e06 = b1 ^ (~b2 & b3);
            var e07 = b2 ^ (~b3 & b4);
            var e08 = b3 ^ (~b4 & b0);
            var e09 = b4 ^ (~b0 & b1);
            b0 = rotate.Left(a01 ^ c0 ^ r2, 1);
            b1 = rotate.Left(a07 ^ c1 ^ r3, 6);
            b2 = rotate.Left(a13 ^ c2 ^ r4, 25);
            b3 = rotate.Left(a19 ^ c3 ^ r0, 8);
            b4 = rotate.Left(a20 ^ c4 ^ r1, 18);
            var e10 = b0 ^ (~b1 & b2);
            var e11 = b1 ^ (~b2 & b3);
            var e12 = b2 ^ (~b3 & b4);
            var e13 = b3 ^ (~b4 & b0);
            var e14 = b4 ^ (~b0 & b1);
            b0 = rotate.Left(a04 ^ c3 ^ r0, 27);
            b1 = rotate.Left(a05 ^ c4 ^ r1, 36);
            b2 = rotate.Left(a11 ^ c0 ^ r2, 10);
            b3 = rotate.Left(a17 ^ c1 ^ r3, 15);
            b4 = rotate.Left(a23 ^ c2 ^ r4, 56);
            var e15 = b0 ^ (~b1 & b2);
            var e16 = b1 ^ (~b2 & b3);
            var e17 = b2 ^ (~b3 & b4);
            var e18 = b3 ^ (~b4 & b0);
            var e19 = b4 ^ (~b0 & b1);
            b0 = rotate.Left(a02 ^ c1 ^ r3, 62);
            b1 = rotate.Left(a08 ^ c2 ^ r4, 55);
            b2 = rotate.Left(a14 ^ c3 ^ r0, 39);
            b3 = rotate.Left(a15 ^ c4 ^ r1, 41);
            b4 = rotate.Left(a21 ^ c0 ^ r2, 2);
            var e20 = b0 ^ (~b1 & b2);
            var e21 = b1 ^ (~b2 & b3);
            var e22 = b2 ^ (~b3 & b4);
            var e23 = b3 ^ (~b4 & b0);
            var e24 = b4 ^ (~b0 & b1);

            c0 = e00 ^ e05 ^ e10 ^ e15 ^ e20;
            c1 = e01 ^ e06 ^ e11 ^ e16 ^ e21;
            c2 = e02 ^ e07 ^ e12 ^ e17 ^ e22;
            c3 = e03 ^ e08 ^ e13 ^ e18 ^ e23;
            c4 = e04 ^ e09 ^ e14 ^ e19 ^ e24;
            r0 = rotate.Left(c0, 1);
            r1 = rotate.Left(c1, 1);
            r2 = rotate.Left(c2, 1);
            r3 = rotate.Left(c3, 1);
            r4 = rotate.Left(c4, 1);
            b0 = e00 ^ c4 ^ r1;
            b1 = rotate.Left(e06 ^ c0 ^ r2, 44);
            b2 = rotate.Left(e12 ^ c1 ^ r3, 43);
            b3 = rotate.Left(e18 ^ c2 ^ r4, 21);
            b4 = rotate.Left(e24 ^ c3 ^ r0, 14);
            a00 = b0 ^ (~b1 & b2) ^ constants.Of(round + 1);
            a01 = b1 ^ (~b2 & b3);
            a02 = b2 ^ (~b3 & b4);
            a03 = b3 ^ (~b4 & b0);
            a04 = b4 ^ (~b0 & b1);
            b0 = rotate.Left(e03 ^ c2 ^ r4, 28);
            b1 = rotate.Left(e09 ^ c3 ^ r0, 20);
            b2 = rotate.Left(e10 ^ c4 ^ r1, 3);
            b3 = rotate.Left(e16 ^ c0 ^ r2, 45);
            b4 = rotate.Left(e22 ^ c1 ^ r3, 61);
            a05 = b0 ^ (~b1 & b2);
            a06 = b1 ^ (~b2 & b3);
            a07 = b2 ^ (~b3 & b4);
            a08 = b3 ^ (~b4 & b0);
            a09 = b4 ^ (~b0 & b1);
            b0 = rotate.Left(e01 ^ c0 ^ r2, 1);
            b1 = rotate.Left(e07 ^ c1 ^ r3, 6);
            b2 = rotate.Left(e13 ^ c2 ^ r4, 25);
            b3 = rotate.Left(e19 ^ c3 ^ r0, 8);
            b4 = rotate.Left(e20 ^ c4 ^ r1, 18);
            a10 = b0 ^ (~b1 & b2);
            a11 = b1 ^ (~b2 & b3);
            a12 = b2 ^ (~b3 & b4);
            a13 = b3 ^ (~b4 & b0);
            a14 = b4 ^ (~b0 & b1);
            b0 = rotate.Left(e04 ^ c3 ^ r0, 27);
            b1 = rotate.Left(e05 ^ c4 ^ r1, 36);
            b2 = rotate.Left(e11 ^ c0 ^ r2, 10);
            b3 = rotate.Left(e17 ^ c1 ^ r3, 15);
            b4 = rotate.Left(e23 ^ c2 ^ r4, 56);
            a15 = b0 ^ (~b1 & b2);
            a16 = b1 ^ (~b2 & b3);
            a17 = b2 ^ (~b3 & b4);
            a18 = b3 ^ (~b4 & b0);
            a19 = b4 ^ (~b0 & b1);
            b0 = rotate.Left(e02 ^ c1 ^ r3, 62);
            b1 = rotate.Left(e08 ^ c2 ^ r4, 55);
            b2 = rotate.Left(e14 ^ c3 ^ r0, 39);
            b3 = rotate.Left(e15 ^ c4 ^ r1, 41);
            b4 = rotate.Left(e21 ^ c0 ^ r2, 2);
            a20 = b0 ^ (~b1 & b2);
            a21 = b1 ^ (~b2 & b3);
            a22 = b2 ^ (~b3 & b4);
            a23 = b3 ^ (~b4 & b0);
            a24 = b4 ^ (~b0 & b1);
        }

        // The last round: lane 0 alone.
        var p0 = a00 ^ a05 ^ a10 ^ a15 ^ a20;
        var p1 = a01 ^ a06 ^ a11 ^ a16 ^ a21;
        var p2 = a02 ^ a07 ^ a12 ^ a17 ^ a22;
        var p3 = a03 ^ a08 ^ a13 ^ a18 ^ a23;
        var p4 = a04 ^ a09 ^ a14 ^ a19 ^ a24;
        b0 = a00 ^ p4 ^ rotate.Left(p1, 1);
        b1 = rotate.Left(a06 ^ p0 ^ rotate.Left(p2, 1), 44);
        b2 = rotate.Left(a12 ^ p1 ^ rotate.Left(p3, 1), 43);
        return b0 ^ (~b1 & b2) ^ constants.Of(23);
    }
}
