using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Chain.Primitives;

/// <summary>
/// A number modulo the prime of secp256k1, p = 2^256 - 2^32 - 977, in four limbs. A value may stand above p, as any number
/// below 2^256; reading it out reduces it. Running time depends on the value: for public data only.
/// </summary>
internal readonly struct FieldElement
{
    public static FieldElement Zero => default;
    public static readonly FieldElement One = new(1, 0, 0, 0);

    // 2^256 modulo p: what a carry out of the top is worth.
    private const ulong Wrap = 0x1000003d1;
    private const ulong PrimeLow = 0xfffffffefffffc2f;

    private readonly ulong _l0, _l1, _l2, _l3;

    private FieldElement(ulong l0, ulong l1, ulong l2, ulong l3)
    {
        _l0 = l0;
        _l1 = l1;
        _l2 = l2;
        _l3 = l3;
    }

    public bool IsZero => (_l0 | _l1 | _l2 | _l3) == 0 || ((_l1 & _l2 & _l3) == ulong.MaxValue && _l0 == PrimeLow);

    public bool IsOdd => (Reduced()._l0 & 1) != 0;

    /// <summary>Reads 32 bytes, big-endian; false when they are not below p.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FieldElement element)
    {
        element = new FieldElement(
            BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(bytes));
        return !element.IsAtLeastPrime;
    }

    /// <summary>From a number below 2^256.</summary>
    public static FieldElement From(UInt256 value)
    {
        var (l0, l1, l2, l3) = value;
        return new FieldElement(l0, l1, l2, l3);
    }

    /// <summary>The number, below p.</summary>
    public UInt256 ToUInt256()
    {
        var r = Reduced();
        return new UInt256(r._l0, r._l1, r._l2, r._l3);
    }

    public bool IsSameAs(in FieldElement other) => (this - other).IsZero;

    public static FieldElement operator +(in FieldElement a, in FieldElement b)
    {
        ulong carry = 0;
        var l0 = Add(a._l0, b._l0, ref carry);
        var l1 = Add(a._l1, b._l1, ref carry);
        var l2 = Add(a._l2, b._l2, ref carry);
        var l3 = Add(a._l3, b._l3, ref carry);

        // As with a borrow below: a carry is worth Wrap, and adding that can carry once more.
        while (carry != 0)
        {
            carry = 0;
            l0 = Add(l0, Wrap, ref carry);
            l1 = Add(l1, 0, ref carry);
            l2 = Add(l2, 0, ref carry);
            l3 = Add(l3, 0, ref carry);
        }

        return new FieldElement(l0, l1, l2, l3);
    }

    public static FieldElement operator -(in FieldElement a, in FieldElement b)
    {
        ulong borrow = 0;
        var l0 = Subtract(a._l0, b._l0, ref borrow);
        var l1 = Subtract(a._l1, b._l1, ref borrow);
        var l2 = Subtract(a._l2, b._l2, ref borrow);
        var l3 = Subtract(a._l3, b._l3, ref borrow);

        // A borrow added 2^256, which is Wrap too much; taking that away can borrow once more.
        while (borrow != 0)
        {
            borrow = 0;
            l0 = Subtract(l0, Wrap, ref borrow);
            l1 = Subtract(l1, 0, ref borrow);
            l2 = Subtract(l2, 0, ref borrow);
            l3 = Subtract(l3, 0, ref borrow);
        }

        return new FieldElement(l0, l1, l2, l3);
    }

    public static FieldElement operator -(in FieldElement a) => Zero - a;

    public static FieldElement operator *(in FieldElement a, in FieldElement b)
    {
        ulong carry = 0;
        var p0 = MultiplyAdd(a._l0, b._l0, 0, ref carry);
        var p1 = MultiplyAdd(a._l0, b._l1, 0, ref carry);
        var p2 = MultiplyAdd(a._l0, b._l2, 0, ref carry);
        var p3 = MultiplyAdd(a._l0, b._l3, 0, ref carry);
        var p4 = carry;
        carry = 0;
        p1 = MultiplyAdd(a._l1, b._l0, p1, ref carry);
        p2 = MultiplyAdd(a._l1, b._l1, p2, ref carry);
        p3 = MultiplyAdd(a._l1, b._l2, p3, ref carry);
        p4 = MultiplyAdd(a._l1, b._l3, p4, ref carry);
        var p5 = carry;
        carry = 0;
        p2 = MultiplyAdd(a._l2, b._l0, p2, ref carry);
        p3 = MultiplyAdd(a._l2, b._l1, p3, ref carry);
        p4 = MultiplyAdd(a._l2, b._l2, p4, ref carry);
        p5 = MultiplyAdd(a._l2, b._l3, p5, ref carry);
        var p6 = carry;
        carry = 0;
        p3 = MultiplyAdd(a._l3, b._l0, p3, ref carry);
        p4 = MultiplyAdd(a._l3, b._l1, p4, ref carry);
        p5 = MultiplyAdd(a._l3, b._l2, p5, ref carry);
        p6 = MultiplyAdd(a._l3, b._l3, p6, ref carry);
        return Reduce(p0, p1, p2, p3, p4, p5, p6, carry);
    }

    public FieldElement Square()
    {
        // The products of two different limbs, once.
        ulong carry = 0;
        var p1 = MultiplyAdd(_l0, _l1, 0, ref carry);
        var p2 = MultiplyAdd(_l0, _l2, 0, ref carry);
        var p3 = MultiplyAdd(_l0, _l3, 0, ref carry);
        var p4 = carry;
        carry = 0;
        p3 = MultiplyAdd(_l1, _l2, p3, ref carry);
        p4 = MultiplyAdd(_l1, _l3, p4, ref carry);
        var p5 = carry;
        carry = 0;
        p5 = MultiplyAdd(_l2, _l3, p5, ref carry);
        var p6 = carry;

        // Twice those, and the squares of the limbs.
        var p7 = p6 >> 63;
        p6 = (p6 << 1) | (p5 >> 63);
        p5 = (p5 << 1) | (p4 >> 63);
        p4 = (p4 << 1) | (p3 >> 63);
        p3 = (p3 << 1) | (p2 >> 63);
        p2 = (p2 << 1) | (p1 >> 63);
        p1 <<= 1;
        carry = 0;
        var p0 = unchecked(_l0 * _l0);
        p1 = Add(p1, High(_l0, _l0), ref carry);
        p2 = Add(p2, unchecked(_l1 * _l1), ref carry);
        p3 = Add(p3, High(_l1, _l1), ref carry);
        p4 = Add(p4, unchecked(_l2 * _l2), ref carry);
        p5 = Add(p5, High(_l2, _l2), ref carry);
        p6 = Add(p6, unchecked(_l3 * _l3), ref carry);
        p7 = Add(p7, High(_l3, _l3), ref carry);
        return Reduce(p0, p1, p2, p3, p4, p5, p6, p7);
    }

    /// <summary>Squared this many times over.</summary>
    public FieldElement Square(int times)
    {
        var result = this;
        for (var i = 0; i < times; i++) result = result.Square();
        return result;
    }

    /// <summary>The number that multiplied by this gives one. This must not be zero.</summary>
    public FieldElement Invert() => From(ModularInverse.Of(ToUInt256(), Secp256k1.FieldPrime));

    /// <summary>
    /// One of the two numbers whose square this is; false when there is none. As p = 3 modulo 4, it is this to the (p + 1) / 4.
    /// </summary>
    public bool TryGetRoot(out FieldElement root)
    {
        // The exponent in binary is 223 ones, 0, 22 ones, 0000, 11, 00: runs of ones are put together from shorter ones.
        var x2 = Square() * this;
        var x3 = x2.Square() * this;
        var x6 = x3.Square(3) * x3;
        var x9 = x6.Square(3) * x3;
        var x11 = x9.Square(2) * x2;
        var x22 = x11.Square(11) * x11;
        var x44 = x22.Square(22) * x22;
        var x88 = x44.Square(44) * x44;
        var x176 = x88.Square(88) * x88;
        var x220 = x176.Square(44) * x44;
        var x223 = x220.Square(3) * x3;
        root = ((x223.Square(23) * x22).Square(6) * x2).Square(2);
        return root.Square().IsSameAs(this);
    }

    private bool IsAtLeastPrime => (_l1 & _l2 & _l3) == ulong.MaxValue && _l0 >= PrimeLow;

    private FieldElement Reduced() => IsAtLeastPrime ? new FieldElement(_l0 - PrimeLow, 0, 0, 0) : this;

    // 2^256 is worth Wrap: the upper four limbs fold into the lower four.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement Reduce(ulong p0, ulong p1, ulong p2, ulong p3, ulong p4, ulong p5, ulong p6, ulong p7)
    {
        ulong carry = 0;
        p0 = MultiplyAdd(p4, Wrap, p0, ref carry);
        p1 = MultiplyAdd(p5, Wrap, p1, ref carry);
        p2 = MultiplyAdd(p6, Wrap, p2, ref carry);
        p3 = MultiplyAdd(p7, Wrap, p3, ref carry);
        return Fold(p0, p1, p2, p3, carry);
    }

    // Adds high * 2^256 for a high of at most 34 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement Fold(ulong l0, ulong l1, ulong l2, ulong l3, ulong high)
    {
        unchecked
        {
            ulong carry = 0;
            l0 = Add(l0, high * Wrap, ref carry);
            l1 = Add(l1, High(high, Wrap), ref carry);
            l2 = Add(l2, 0, ref carry);
            l3 = Add(l3, 0, ref carry);

            // Very rare, and what is left is then too small to carry again.
            if (carry != 0)
            {
                carry = 0;
                l0 = Add(l0, Wrap, ref carry);
                l1 += carry;
            }

            return new FieldElement(l0, l1, l2, l3);
        }
    }

    // a * b + c + carry; the upper half becomes the next carry.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong a, ulong b, ulong c, ref ulong carry)
    {
        unchecked
        {
            var high = High(a, b);
            var low = a * b;
            low += c;
            high += low < c ? 1UL : 0UL;
            low += carry;
            high += low < carry ? 1UL : 0UL;
            carry = high;
            return low;
        }
    }

    // The upper half of a product. Math.BigMul gives both halves, but through memory, and a field product then takes twice as
    // long.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong High(ulong a, ulong b) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b)
        : ArmBase.Arm64.IsSupported ? ArmBase.Arm64.MultiplyHigh(a, b)
        : Math.BigMul(a, b, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Add(ulong a, ulong b, ref ulong carry)
    {
        unchecked
        {
            var sum = a + b;
            var first = sum < a ? 1UL : 0UL;
            sum += carry;
            carry = first + (sum < carry ? 1UL : 0UL);
            return sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Subtract(ulong a, ulong b, ref ulong borrow)
    {
        unchecked
        {
            var difference = a - b;
            var first = a < b ? 1UL : 0UL;
            var result = difference - borrow;
            borrow = first + (difference < borrow ? 1UL : 0UL);
            return result;
        }
    }
}
