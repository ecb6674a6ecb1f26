namespace Chain.Primitives;

/// <summary>A point of secp256k1 (y² = x³ + 7) by its coordinates; never the point at infinity.</summary>
internal readonly struct AffinePoint(FieldElement x, FieldElement y)
{
    /// <summary>The generator G (SEC 2, section 2.4.1).</summary>
    public static readonly AffinePoint Generator = new(
        FieldElement.From(new UInt256(0x59f2815b16f81798, 0x029bfcdb2dce28d9, 0x55a06295ce870b07, 0x79be667ef9dcbbac)),
        FieldElement.From(new UInt256(0x9c47d08ffb10d4b8, 0xfd17b448a6855419, 0x5da4fbfc0e1108a8, 0x483ada7726a3c465)));

    private static readonly FieldElement Seven = FieldElement.From(7);

    // A cube root of one: (βx, y) is λ times (x, y), see ScalarSplit.
    private static readonly FieldElement Beta =
        FieldElement.From(new UInt256(0xc1396c28719501ee, 0x9cf0497512f58995, 0x6e64479eac3434e9, 0x7ae96a2b657c0710));

    public FieldElement X => x;

    public FieldElement Y => y;

    /// <summary>Reads x ‖ y, 64 bytes; false when they are no point.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out AffinePoint point)
    {
        var isInField = FieldElement.TryRead(bytes[..32], out var x) & FieldElement.TryRead(bytes[32..], out var y);
        point = new AffinePoint(x, y);
        return isInField && y.Square().IsSameAs((x.Square() * x) + Seven);
    }

    /// <summary>The point with an x (32 bytes) and the parity of its y; false when there is none.</summary>
    public static bool TryLift(ReadOnlySpan<byte> bytes, bool isOdd, out AffinePoint point)
    {
        point = default;
        if (!FieldElement.TryRead(bytes, out var x) || !((x.Square() * x) + Seven).TryGetRoot(out var y)) return false;
        point = new AffinePoint(x, y.IsOdd == isOdd ? y : -y);
        return true;
    }

    /// <summary>Writes x ‖ y, 64 bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        x.ToUInt256().WriteBigEndian(bytes);
        y.ToUInt256().WriteBigEndian(bytes[32..]);
    }

    public AffinePoint TimesLambda() => new(x * Beta, y);

    public static AffinePoint operator -(in AffinePoint point) => new(point.X, -point.Y);
}

/// <summary>
/// A point as (X / Z², Y / Z³), so that adding needs no inverse; Z is zero for the point at infinity. The formulas are those
/// of the Explicit-Formulas Database for Jacobian coordinates with a = 0.
/// </summary>
internal readonly struct JacobianPoint(FieldElement x, FieldElement y, FieldElement z)
{
    public static JacobianPoint Infinity => default;

    public JacobianPoint(in AffinePoint point)
        : this(point.X, point.Y, FieldElement.One)
    {
    }

    private readonly FieldElement _x = x, _y = y, _z = z;

    public bool IsInfinity => _z.IsZero;

    /// <summary>Whether x, without the division, is this number modulo p. Infinity has none.</summary>
    public bool HasX(in FieldElement affineX) => !IsInfinity && (affineX * _z.Square()).IsSameAs(_x);

    /// <summary>The coordinates. This must not be infinity.</summary>
    public AffinePoint ToAffine()
    {
        var inverse = _z.Invert();
        var square = inverse.Square();
        return new AffinePoint(_x * square, _y * square * inverse);
    }

    public JacobianPoint TimesLambda() => new(new AffinePoint(_x, _y).TimesLambda().X, _y, _z);

    public static JacobianPoint operator -(in JacobianPoint point) => new(point._x, -point._y, point._z);

    // dbl-2009-l. Infinity stays infinity; no point of this curve has y = 0.
    public JacobianPoint Double()
    {
        var a = _x.Square();
        var b = _y.Square();
        var c = b.Square();
        var d = (_x + b).Square() - a - c;
        d += d;
        var e = a + a + a;
        var newX = e.Square() - d - d;
        var c2 = c + c;
        var c4 = c2 + c2;
        var newY = (e * (d - newX)) - (c4 + c4);
        var yz = _y * _z;
        return new JacobianPoint(newX, newY, yz + yz);
    }

    // madd: the other's Z is one.
    public static JacobianPoint operator +(in JacobianPoint p, in AffinePoint q)
    {
        if (p.IsInfinity) return new JacobianPoint(q);
        var zz = p._z.Square();
        var h = (q.X * zz) - p._x;
        var r = (q.Y * zz * p._z) - p._y;
        return p.Sum(p._x, p._y, h, r, p._z);
    }

    // add-1998-cmo.
    public static JacobianPoint operator +(in JacobianPoint p, in JacobianPoint q)
    {
        if (p.IsInfinity) return q;
        if (q.IsInfinity) return p;
        var pzz = p._z.Square();
        var qzz = q._z.Square();
        var u = p._x * qzz;
        var s = p._y * qzz * q._z;
        var h = (q._x * pzz) - u;
        var r = (q._y * pzz * p._z) - s;
        return p.Sum(u, s, h, r, p._z * q._z);
    }

    // The common end of both: (u, s) is this point and (u + h, s + r) the other over the common denominator z.
    private JacobianPoint Sum(in FieldElement u, in FieldElement s, in FieldElement h, in FieldElement r, in FieldElement z)
    {
        if (h.IsZero) return r.IsZero ? Double() : Infinity;
        var hh = h.Square();
        var hhh = hh * h;
        var v = u * hh;
        var newX = r.Square() - hhh - v - v;
        return new JacobianPoint(newX, (r * (v - newX)) - (s * hhh), z * h);
    }
}
