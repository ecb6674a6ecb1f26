using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Chain.Primitives;

/// <summary>
/// An unsigned 256-bit integer: wei, difficulty, a target. Arithmetic is checked: what does not fit throws
/// <see cref="OverflowException"/> (the Try methods say so instead).
/// </summary>
public readonly struct UInt256 : IEquatable<UInt256>, IComparable<UInt256>
{
    public static readonly UInt256 Zero;
    public static readonly UInt256 One = new(1);
    public static readonly UInt256 MaxValue = new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    // Limbs, least significant first.
    private readonly ulong _l0, _l1, _l2, _l3;

    public UInt256(ulong value) => _l0 = value;

    /// <summary>From four limbs, the least significant first.</summary>
    public UInt256(ulong l0, ulong l1, ulong l2, ulong l3)
    {
        _l0 = l0;
        _l1 = l1;
        _l2 = l2;
        _l3 = l3;
    }

    public bool IsZero => (_l0 | _l1 | _l2 | _l3) == 0;

    /// <summary>Whether the value fits in 64 bits.</summary>
    public bool IsUInt64 => (_l1 | _l2 | _l3) == 0;

    /// <summary>The number of bits without leading zeros; 0 for zero.</summary>
    public int BitLength =>
        _l3 != 0 ? 256 - BitOperations.LeadingZeroCount(_l3)
        : _l2 != 0 ? 192 - BitOperations.LeadingZeroCount(_l2)
        : _l1 != 0 ? 128 - BitOperations.LeadingZeroCount(_l1)
        : 64 - BitOperations.LeadingZeroCount(_l0);

    public static UInt256 operator +(UInt256 left, UInt256 right) =>
        TryAdd(left, right, out var sum) ? sum : throw new OverflowException("A 256-bit sum overflowed.");

    public static UInt256 operator -(UInt256 left, UInt256 right) =>
        TrySubtract(left, right, out var difference)
        ? difference
        : throw new OverflowException("A 256-bit difference is negative.");

    public static UInt256 operator *(UInt256 left, UInt256 right) =>
        TryMultiply(left, right, out var product) ? product : throw new OverflowException("A 256-bit product overflowed.");

    public static UInt256 operator /(UInt256 left, UInt256 right) => DivRem(left, right).Quotient;

    public static UInt256 operator %(UInt256 left, UInt256 right) => DivRem(left, right).Remainder;

    /// <summary>The sum; false (and the sum modulo 2^256) when it does not fit.</summary>
    public static bool TryAdd(UInt256 left, UInt256 right, out UInt256 sum)
    {
        unchecked
        {
            ulong carry = 0;
            var s0 = AddWord(left._l0, right._l0, ref carry);
            var s1 = AddWord(left._l1, right._l1, ref carry);
            var s2 = AddWord(left._l2, right._l2, ref carry);
            var s3 = AddWord(left._l3, right._l3, ref carry);
            sum = new UInt256(s0, s1, s2, s3);
            return carry == 0;
        }
    }

    /// <summary>The difference; false (and the difference modulo 2^256) when it is negative.</summary>
    public static bool TrySubtract(UInt256 left, UInt256 right, out UInt256 difference)
    {
        unchecked
        {
            ulong borrow = 0;
            var d0 = SubtractWord(left._l0, right._l0, ref borrow);
            var d1 = SubtractWord(left._l1, right._l1, ref borrow);
            var d2 = SubtractWord(left._l2, right._l2, ref borrow);
            var d3 = SubtractWord(left._l3, right._l3, ref borrow);
            difference = new UInt256(d0, d1, d2, d3);
            return borrow == 0;
        }
    }

    /// <summary>The product; false (and the product modulo 2^256) when it does not fit.</summary>
    public static bool TryMultiply(UInt256 left, UInt256 right, out UInt256 product)
    {
        if (left.IsUInt64 && right.IsUInt64)
        {
            var high = Math.BigMul(left._l0, right._l0, out ulong low);
            product = new UInt256(low, high, 0, 0);
            return true;
        }

        Span<ulong> p = stackalloc ulong[8];
        MultiplyWide(left, right, p);
        product = new UInt256(p[0], p[1], p[2], p[3]);
        return (p[4] | p[5] | p[6] | p[7]) == 0;
    }

    /// <summary>The whole product in eight limbs, the least significant first.</summary>
    internal static void MultiplyWide(UInt256 left, UInt256 right, Span<ulong> product)
    {
        Span<ulong> a = stackalloc ulong[4];
        Span<ulong> b = stackalloc ulong[4];
        left.CopyLimbs(a);
        right.CopyLimbs(b);
        product[..8].Clear();
        unchecked
        {
            for (var i = 0; i < 4; i++)
            {
                if (a[i] == 0) continue;
                ulong carry = 0;
                for (var j = 0; j < 4; j++)
                {
                    var high = Math.BigMul(a[i], b[j], out ulong low);
                    low += carry;
                    high += low < carry ? 1UL : 0UL;
                    product[i + j] += low;
                    carry = high + (product[i + j] < low ? 1UL : 0UL);
                }

                product[i + 4] = carry;
            }
        }
    }

    /// <summary>Quotient and remainder.</summary>
    /// <exception cref="DivideByZeroException">A zero divisor.</exception>
    public static (UInt256 Quotient, UInt256 Remainder) DivRem(UInt256 dividend, UInt256 divisor)
    {
        if (divisor.IsZero) throw new DivideByZeroException();
        if (dividend < divisor) return (Zero, dividend);
        if (divisor.IsUInt64) return DivRem64(dividend, divisor._l0);

        return DivRemLong(dividend, divisor);
    }

    // Knuth's algorithm D (The Art of Computer Programming, volume 2, section 4.3.1) with digits of 64 bits, for a divisor of two
    // digits or more.
    private static (UInt256 Quotient, UInt256 Remainder) DivRemLong(UInt256 dividend, UInt256 divisor)
    {
        Span<ulong> u = stackalloc ulong[5];
        Span<ulong> v = stackalloc ulong[4];
        Span<ulong> q = stackalloc ulong[4];
        q.Clear();
        var n = (divisor.BitLength + 63) / 64;
        var m = (dividend.BitLength + 63) / 64;

        // D1: shift both until the divisor's highest bit is set, so that a guessed digit is at most two too large.
        var shift = (n * 64) - divisor.BitLength;
        (divisor << shift).CopyLimbs(v);
        (dividend << shift).CopyLimbs(u);
        u[4] = shift == 0 ? 0 : dividend._l3 >> (64 - shift);

        unchecked
        {
            for (var j = m - n; j >= 0; j--)
            {
                // D3: guess the digit from the two highest digits, correct the guess with a third.
                var (guess, rest) = u[j + n] >= v[n - 1]
                    ? (UInt128.One << 64, (UInt128)(u[j + n] - v[n - 1]) << 64 | u[j + n - 1])
                    : WidenDivRem(u[j + n], u[j + n - 1], v[n - 1]);
                while (guess >> 64 != 0 || (rest >> 64 == 0 && guess * v[n - 2] > ((rest << 64) | u[j + n - 2])))
                {
                    guess--;
                    rest += v[n - 1];
                }

                // D4: take the divisor away that many times; D6: once too often, give one back.
                var digit = (ulong)guess;
                if (SubtractProduct(u[j..], v[..n], digit))
                {
                    digit--;
                    AddBack(u[j..], v[..n]);
                }

                q[j] = digit;
            }
        }

        return (new UInt256(q[0], q[1], q[2], q[3]), new UInt256(u[0], u[1], u[2], u[3]) >> shift);

        static (UInt128 Quotient, UInt128 Remainder) WidenDivRem(ulong high, ulong low, ulong by)
        {
            var (quotient, remainder) = DivRemWord(high, low, by);
            return (quotient, remainder);
        }
    }

    // u -= v * digit over one digit more than v has; true when the result is negative (and wrapped).
    private static bool SubtractProduct(Span<ulong> u, ReadOnlySpan<ulong> v, ulong digit)
    {
        unchecked
        {
            ulong carry = 0;
            for (var i = 0; i < v.Length; i++)
            {
                var product = ((UInt128)digit * v[i]) + carry;
                var low = (ulong)product;
                carry = (ulong)(product >> 64) + (u[i] < low ? 1UL : 0UL);
                u[i] -= low;
            }

            var negative = u[v.Length] < carry;
            u[v.Length] -= carry;
            return negative;
        }
    }

    private static void AddBack(Span<ulong> u, ReadOnlySpan<ulong> v)
    {
        unchecked
        {
            ulong carry = 0;
            for (var i = 0; i < v.Length; i++)
            {
                var sum = (UInt128)u[i] + v[i] + carry;
                u[i] = (ulong)sum;
                carry = (ulong)(sum >> 64);
            }

            u[v.Length] += carry;
        }
    }

    private static ulong AddWord(ulong left, ulong right, ref ulong carry)
    {
        unchecked
        {
            var sum = left + right;
            var withCarry = sum + carry;
            carry = (sum < left ? 1UL : 0UL) | (withCarry < sum ? 1UL : 0UL);
            return withCarry;
        }
    }

    private static ulong SubtractWord(ulong left, ulong right, ref ulong borrow)
    {
        unchecked
        {
            var difference = left - right;
            var withBorrow = difference - borrow;
            borrow = (left < right ? 1UL : 0UL) | (difference < borrow ? 1UL : 0UL);
            return withBorrow;
        }
    }

    private static (UInt256 Quotient, UInt256 Remainder) DivRem64(UInt256 dividend, ulong divisor)
    {
        var (q3, r3) = Math.DivRem(dividend._l3, divisor);
        var (q2, r2) = DivRemWord(r3, dividend._l2, divisor);
        var (q1, r1) = DivRemWord(r2, dividend._l1, divisor);
        var (q0, r0) = DivRemWord(r1, dividend._l0, divisor);
        return (new UInt256(q0, q1, q2, q3), new UInt256(r0));
    }

    private static (ulong Quotient, ulong Remainder) DivRemWord(ulong high, ulong low, ulong divisor)
    {
        if (high == 0) return Math.DivRem(low, divisor);
        var (quotient, remainder) = UInt128.DivRem(new UInt128(high, low), divisor);
        return ((ulong)quotient, (ulong)remainder);
    }

    /// <summary>Shifts left; bits that leave at the top are lost, as with the built-in types.</summary>
    public static UInt256 operator <<(UInt256 value, int count)
    {
        if (count is < 0 or > 255) throw new ArgumentOutOfRangeException(nameof(count), count, "Shift by 0 to 255 bits.");
        var (words, bits) = (count / 64, count % 64);
        Span<ulong> from = stackalloc ulong[4];
        Span<ulong> to = stackalloc ulong[4];
        value.CopyLimbs(from);
        to.Clear();
        for (var i = 3; i >= words; i--)
        {
            to[i] = from[i - words] << bits;
            if (bits != 0 && i > words) to[i] |= from[i - words - 1] >> (64 - bits);
        }

        return new UInt256(to[0], to[1], to[2], to[3]);
    }

    /// <summary>Shifts right, filling with zeros.</summary>
    public static UInt256 operator >>(UInt256 value, int count)
    {
        if (count is < 0 or > 255) throw new ArgumentOutOfRangeException(nameof(count), count, "Shift by 0 to 255 bits.");
        var (words, bits) = (count / 64, count % 64);
        Span<ulong> from = stackalloc ulong[4];
        Span<ulong> to = stackalloc ulong[4];
        value.CopyLimbs(from);
        to.Clear();
        for (var i = 0; i < 4 - words; i++)
        {
            to[i] = from[i + words] >> bits;
            if (bits != 0 && i + words < 3) to[i] |= from[i + words + 1] << (64 - bits);
        }

        return new UInt256(to[0], to[1], to[2], to[3]);
    }

    public static UInt256 operator |(UInt256 left, UInt256 right) =>
        new(left._l0 | right._l0, left._l1 | right._l1, left._l2 | right._l2, left._l3 | right._l3);

    public static UInt256 operator &(UInt256 left, UInt256 right) =>
        new(left._l0 & right._l0, left._l1 & right._l1, left._l2 & right._l2, left._l3 & right._l3);

    public static UInt256 Min(UInt256 left, UInt256 right) => left < right ? left : right;

    public static UInt256 Max(UInt256 left, UInt256 right) => left > right ? left : right;

    public static implicit operator UInt256(ulong value) => new(value);

    /// <exception cref="OverflowException">More than 64 bits.</exception>
    public static explicit operator ulong(UInt256 value) =>
        value.IsUInt64 ? value._l0 : throw new OverflowException($"{value} does not fit in 64 bits.");

    /// <summary>The nearest double, to within its rounding: for ratios and screens, never for consensus.</summary>
    public static explicit operator double(UInt256 value) =>
        (((value._l3 * 18446744073709551616.0) + value._l2) * 18446744073709551616.0 + value._l1) * 18446744073709551616.0
        + value._l0;

    public static implicit operator BigInteger(UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[32];
        value.WriteBigEndian(bytes);
        return new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
    }

    /// <exception cref="OverflowException">Negative, or more than 256 bits.</exception>
    public static explicit operator UInt256(BigInteger value)
    {
        Span<byte> bytes = stackalloc byte[32];
        if (value.Sign < 0 || value.GetByteCount(isUnsigned: true) > 32)
            throw new OverflowException($"{value} does not fit in 256 bits.");
        value.TryWriteBytes(bytes, out var written, isUnsigned: true, isBigEndian: true);
        return FromBigEndian(bytes[..written]);
    }

    /// <summary>Reads at most 32 bytes, big-endian; shorter input is zero-extended.</summary>
    public static UInt256 FromBigEndian(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 32) throw new OverflowException($"{bytes.Length} bytes do not fit in 256 bits.");
        Span<byte> full = stackalloc byte[32];
        full.Clear();
        bytes.CopyTo(full[(32 - bytes.Length)..]);
        return new UInt256(
            BinaryPrimitives.ReadUInt64BigEndian(full[24..]),
            BinaryPrimitives.ReadUInt64BigEndian(full[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(full[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(full));
    }

    /// <summary>Writes exactly 32 bytes, big-endian.</summary>
    public void WriteBigEndian(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _l3);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _l2);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _l1);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _l0);
    }

    /// <summary>The same number as 32 big-endian bytes.</summary>
    public Hash256 ToHash256()
    {
        Span<byte> bytes = stackalloc byte[32];
        WriteBigEndian(bytes);
        return new Hash256(bytes);
    }

    /// <summary>The four limbs, the least significant first.</summary>
    internal void Deconstruct(out ulong l0, out ulong l1, out ulong l2, out ulong l3) => (l0, l1, l2, l3) = (_l0, _l1, _l2, _l3);

    private void CopyLimbs(Span<ulong> limbs)
    {
        limbs[0] = _l0;
        limbs[1] = _l1;
        limbs[2] = _l2;
        limbs[3] = _l3;
    }

    /// <summary>Reads decimal digits, or 0x and hex digits.</summary>
    /// <exception cref="FormatException">Anything else, or more than 256 bits.</exception>
    public static UInt256 Parse(string text) =>
        TryParse(text, out var value)
        ? value
        : throw new FormatException($"'{text}' is not a number of at most 256 bits (decimal, or hex after 0x).");

    public static bool TryParse(string? text, out UInt256 value)
    {
        value = Zero;
        if (string.IsNullOrEmpty(text) || text.Length > 80) return false;
        var isHex = text.StartsWith("0x", StringComparison.Ordinal);
        if (isHex && text.Length == 2) return false;
        var radix = new UInt256(isHex ? 16UL : 10UL);
        var parsed = Zero;
        foreach (var character in isHex ? text.AsSpan(2) : text)
        {
            if (!(isHex ? char.IsAsciiHexDigit(character) : char.IsAsciiDigit(character))) return false;
            var digit = (ulong)(character <= '9' ? character - '0' : (character | 0x20) - 'a' + 10);
            if (!TryMultiply(parsed, radix, out parsed) || !TryAdd(parsed, new UInt256(digit), out parsed)) return false;
        }

        value = parsed;
        return true;
    }

    public bool Equals(UInt256 other) => _l0 == other._l0 && _l1 == other._l1 && _l2 == other._l2 && _l3 == other._l3;

    public override bool Equals(object? obj) => obj is UInt256 other && Equals(other);

    public override int GetHashCode() => unchecked((int)_l0 ^ (int)(_l0 >> 32) ^ (int)_l1 ^ (int)_l2 ^ (int)_l3);

    public int CompareTo(UInt256 other) =>
        _l3 != other._l3 ? _l3.CompareTo(other._l3)
        : _l2 != other._l2 ? _l2.CompareTo(other._l2)
        : _l1 != other._l1 ? _l1.CompareTo(other._l1)
        : _l0.CompareTo(other._l0);

    /// <summary>Decimal.</summary>
    public override string ToString()
    {
        if (IsUInt64) return _l0.ToString(CultureInfo.InvariantCulture);

        // Groups of 19 digits from the right: the largest power of ten in 64 bits.
        const ulong Group = 10_000_000_000_000_000_000;
        Span<char> text = stackalloc char[20 + (4 * 19)];
        var start = text.Length;
        var rest = this;
        while (!rest.IsUInt64)
        {
            (rest, var group) = DivRem64(rest, Group);
            start -= 19;
            group._l0.TryFormat(text[start..], out _, "D19", CultureInfo.InvariantCulture);
        }

        Span<char> head = stackalloc char[20];
        rest._l0.TryFormat(head, out var headLength, default, CultureInfo.InvariantCulture);
        return string.Concat(head[..headLength], text[start..]);
    }

    /// <summary>A JSON-RPC quantity: 0x and no leading zeros; "0x0" for zero.</summary>
    public string ToQuantity()
    {
        var digits = $"{_l3:x16}{_l2:x16}{_l1:x16}{_l0:x16}".TrimStart('0');
        return digits.Length == 0 ? "0x0" : "0x" + digits;
    }

    public static bool operator ==(UInt256 left, UInt256 right) => left.Equals(right);
    public static bool operator !=(UInt256 left, UInt256 right) => !left.Equals(right);
    public static bool operator <(UInt256 left, UInt256 right) => left.CompareTo(right) < 0;
    public static bool operator >(UInt256 left, UInt256 right) => left.CompareTo(right) > 0;
    public static bool operator <=(UInt256 left, UInt256 right) => left.CompareTo(right) <= 0;
    public static bool operator >=(UInt256 left, UInt256 right) => left.CompareTo(right) >= 0;
}
