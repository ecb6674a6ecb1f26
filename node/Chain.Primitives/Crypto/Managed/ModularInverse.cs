using System.Numerics;

namespace Chain.Primitives;

/// <summary>
/// Inverses by the binary extended Euclidean algorithm (Handbook of Applied Cryptography, 14.61). Running time depends on the
/// value.
/// </summary>
internal static class ModularInverse
{
    /// <summary>
    /// The number below the modulus that multiplied by this value gives one. The modulus is an odd prime, the value not zero and
    /// below it.
    /// </summary>
    public static UInt256 Of(UInt256 value, UInt256 modulus)
    {
        var m = new Limbs(modulus);
        var (u, v) = (new Limbs(value), m);
        var (x, y) = (new Limbs(UInt256.One), default(Limbs));

        // Invariant: u = x * value and v = y * value modulo m.
        Halve(ref u, ref x, in m);
        while (!u.IsOne)
        {
            if (u.IsBelow(in v)) (u, v, x, y) = (v, u, y, x);
            _ = u.Subtract(in v);
            if (x.Subtract(in y)) _ = x.Add(in m, ulong.MaxValue);
            Halve(ref u, ref x, in m);
        }

        return x.ToUInt256();
    }

    // Takes all factors of two from u; x is halved as often, an odd x after adding the modulus.
    private static void Halve(ref Limbs u, ref Limbs x, in Limbs m)
    {
        while (u.TrailingZeros is > 0 and var zeros)
        {
            u.ShiftRight(zeros, 0);
            for (var i = 0; i < zeros; i++)
            {
                var carry = x.Add(in m, unchecked(0 - (x.Lowest & 1)));
                x.ShiftRight(1, carry ? 1UL : 0UL);
            }
        }
    }

    private struct Limbs
    {
        private ulong _l0, _l1, _l2, _l3;

        public Limbs(UInt256 value) => (_l0, _l1, _l2, _l3) = value;

        public readonly ulong Lowest => _l0;

        public readonly bool IsOne => (_l1 | _l2 | _l3) == 0 && _l0 == 1;

        // At most 63, so that one shift serves.
        public readonly int TrailingZeros => _l0 == 0 ? 63 : BitOperations.TrailingZeroCount(_l0);

        public readonly UInt256 ToUInt256() => new(_l0, _l1, _l2, _l3);

        public readonly bool IsBelow(in Limbs other) =>
            _l3 != other._l3 ? _l3 < other._l3
            : _l2 != other._l2 ? _l2 < other._l2
            : _l1 != other._l1 ? _l1 < other._l1
            : _l0 < other._l0;

        // By 1 to 63 bits; what comes in at the top is below 2 to that power.
        public void ShiftRight(int bits, ulong top)
        {
            var up = 64 - bits;
            _l0 = (_l0 >> bits) | (_l1 << up);
            _l1 = (_l1 >> bits) | (_l2 << up);
            _l2 = (_l2 >> bits) | (_l3 << up);
            _l3 = (_l3 >> bits) | (top << up);
        }

        // Adds the other's bits under the mask; true when 2^256 is reached.
        public bool Add(in Limbs other, ulong mask)
        {
            unchecked
            {
                var carry = AddTo(ref _l0, other._l0 & mask, 0);
                carry = AddTo(ref _l1, other._l1 & mask, carry);
                carry = AddTo(ref _l2, other._l2 & mask, carry);
                return AddTo(ref _l3, other._l3 & mask, carry) != 0;
            }
        }

        // True when the difference is negative (and wrapped).
        public bool Subtract(in Limbs other)
        {
            var borrow = SubtractFrom(ref _l0, other._l0, 0);
            borrow = SubtractFrom(ref _l1, other._l1, borrow);
            borrow = SubtractFrom(ref _l2, other._l2, borrow);
            return SubtractFrom(ref _l3, other._l3, borrow) != 0;
        }

        private static ulong AddTo(ref ulong a, ulong b, ulong carry)
        {
            unchecked
            {
                var sum = a + b;
                var first = sum < b ? 1UL : 0UL;
                a = sum + carry;
                return first + (a < carry ? 1UL : 0UL);
            }
        }

        private static ulong SubtractFrom(ref ulong a, ulong b, ulong borrow)
        {
            unchecked
            {
                var difference = a - b;
                var first = a < b ? 1UL : 0UL;
                a = difference - borrow;
                return first + (difference < borrow ? 1UL : 0UL);
            }
        }
    }
}
