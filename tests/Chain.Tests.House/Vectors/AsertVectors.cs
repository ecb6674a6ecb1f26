using System.Globalization;
using System.Numerics;
using Chain.Consensus.Work;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class AsertVectors
{
    private const ulong Spacing = 600;
    private const ulong HalfLife = 2 * 24 * 60 * 60;

    public static TheoryData<string> Runs => VectorFiles.TheoryOf("aserti3-2d");

    [VectorTheory]
    [MemberData(nameof(Runs))]
    [ReadsVectors("aserti3-2d")]
    public void Targets_are_those_of_the_published_run(string file)
    {
        using var reader = new StringReader(VectorFiles.ReadText(file));
        Judge(reader);
    }

    [Fact]
    public void Targets_are_those_of_a_steady_and_of_a_jumping_run()
    {
        const string run = """
            ##   anchor height: 1
            ##   anchor parent time: 0
            ##   anchor nBits: 0x1d00ffff
            1 2 1200 0x1d00ffff
            2 290 0 0x1c7f62c0
            3 578 0 0x1c3fb160
            """;
        Judge(new StringReader(run));
    }

    private static void Judge(TextReader reader)
    {
        var fields = new Dictionary<string, string>();
        var limit = FromCompact(0x1d00ffff);
        var count = 0;
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("##", StringComparison.Ordinal))
            {
                var parts = line[2..].Split(':', 2);
                fields[parts[0].Trim()] = parts[1].Trim();
                continue;
            }

            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 4 || line[0] == '#') continue;
            var target = Asert.NextTarget(
                FromCompact(Convert.ToUInt32(fields["anchor nBits"], 16)),
                Number(words[2]) - Number(fields["anchor parent time"]),
                ulong.Parse(words[1], CultureInfo.InvariantCulture) - ulong.Parse(fields["anchor height"],
                    CultureInfo.InvariantCulture),
                Spacing,
                HalfLife,
                limit);
            Assert.True(words[3] == $"0x{ToCompact(target):x8}", $"Line '{line}': got 0x{ToCompact(target):x8}.");
            count++;
        }

        Assert.True(count > 0, "The run has no lines.");
    }

    private static Int128 Number(string text) => Int128.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Bitcoin's nBits: one byte of size in bytes, three of the number's head.</summary>
    private static UInt256 FromCompact(uint bits)
    {
        var size = (int)(bits >> 24);
        var head = new BigInteger(bits & 0x7fffff);
        return (UInt256)(size <= 3 ? head >> (8 * (3 - size)) : head << (8 * (size - 3)));
    }

    private static uint ToCompact(UInt256 target)
    {
        var size = (target.BitLength + 7) / 8;
        var head = (uint)(size <= 3 ? (BigInteger)target << (8 * (3 - size)) : (BigInteger)target >> (8 * (size - 3)));
        if ((head & 0x800000) != 0)
        {
            head >>= 8;
            size++;
        }

        return head | ((uint)size << 24);
    }
}
