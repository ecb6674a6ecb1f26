using System.Numerics;

namespace Chain.Mining;

/// <summary>
/// The first round of Keccak-f[1600] as far as it does not depend on the nonce. Of the 25 lanes of the input only lane 4 (the
/// nonce, bytes reversed) varies within a job, so after theta, rho and pi of the first round 14 lanes are constant and 11 are a
/// rotation of lane 4 xor a constant. Field Bnn is that constant for lane nn (x + 5y) just before chi.
/// </summary>
public readonly struct Midstate
{
    public readonly ulong B00, B01, B02, B03, B04;
    public readonly ulong B05, B06, B07, B08, B09;
    public readonly ulong B10, B11, B12, B13, B14;
    public readonly ulong B15, B16, B17, B18, B19;
    public readonly ulong B20, B21, B22, B23, B24;

    // The padding of a 40-byte message in a sponge of rate 136: 0x01 after the message, 0x80 in the last byte of the rate.
    private const ulong PadFirst = 0x01;
    private const ulong PadLast = 0x8000000000000000;

    public Midstate(SearchJob job)
    {
        Span<ulong> s = stackalloc ulong[4];
        job.CopyLanes(s);
        var c0 = s[0] ^ PadFirst;
        var c1 = s[1] ^ PadLast;
        var c2 = s[2];
        var c3 = s[3];

        // theta's d0 is k0 ^ n and its d3 is c2 ^ rotl(n, 1), where n is lane 4; the others are constant.
        var k0 = BitOperations.RotateLeft(c1, 1);
        var d1 = c0 ^ BitOperations.RotateLeft(c2, 1);
        var d2 = c1 ^ BitOperations.RotateLeft(c3, 1);
        var d4 = c3 ^ BitOperations.RotateLeft(c0, 1);

        B00 = s[0] ^ k0;
        B01 = BitOperations.RotateLeft(d1, 44);
        B02 = BitOperations.RotateLeft(d2, 43);
        B03 = BitOperations.RotateLeft(c2, 21);
        B04 = BitOperations.RotateLeft(d4, 14);
        B05 = BitOperations.RotateLeft(s[3] ^ c2, 28);
        B06 = BitOperations.RotateLeft(d4, 20);
        B07 = BitOperations.RotateLeft(k0, 3);
        B08 = BitOperations.RotateLeft(PadLast ^ d1, 45);
        B09 = BitOperations.RotateLeft(d2, 61);
        B10 = BitOperations.RotateLeft(s[1] ^ d1, 1);
        B11 = BitOperations.RotateLeft(d2, 6);
        B12 = BitOperations.RotateLeft(c2, 25);
        B13 = BitOperations.RotateLeft(d4, 8);
        B14 = BitOperations.RotateLeft(k0, 18);
        B15 = BitOperations.RotateLeft(d4, 27);
        B16 = BitOperations.RotateLeft(PadFirst ^ k0, 36);
        B17 = BitOperations.RotateLeft(d1, 10);
        B18 = BitOperations.RotateLeft(d2, 15);
        B19 = BitOperations.RotateLeft(c2, 56);
        B20 = BitOperations.RotateLeft(s[2] ^ d2, 62);
        B21 = BitOperations.RotateLeft(c2, 55);
        B22 = BitOperations.RotateLeft(d4, 39);
        B23 = BitOperations.RotateLeft(k0, 41);
        B24 = BitOperations.RotateLeft(d1, 2);
    }
}
