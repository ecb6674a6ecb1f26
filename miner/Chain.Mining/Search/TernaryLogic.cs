namespace Chain.Mining;

/// <summary>Truth tables of AVX-512's ternary logic: bit 4a + 2b + c of the table is the result for bits a, b and c.</summary>
internal static class TernaryLogic
{
    /// <summary>a ^ b ^ c.</summary>
    public const byte Xor3 = 0x96;

    /// <summary>a ^ (~b &amp; c).</summary>
    public const byte Chi = 0xD2;
}
