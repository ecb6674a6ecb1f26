using System.Numerics;
using System.Text;
using System.Text.Json;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class RlpVectors
{
    [VectorFact]
    [ReadsVectors("rlp-valid")]
    public void Valid_items_encode_and_decode_as_given() => ForEachCase("rlp-valid", (item, encoded) =>
    {
        var tree = FromJson(item);
        Assert.Equal(encoded, RlpTree.Encode(tree));
        Assert.Equal(encoded, RlpTree.Encode(RlpTree.Decode(encoded)));
    });

    [VectorFact]
    [ReadsVectors("rlp-invalid")]
    public void Invalid_bytes_are_refused() => ForEachCase("rlp-invalid", (_, encoded) =>
        Assert.Throws<RlpException>(() => RlpTree.Decode(encoded)));

    [VectorFact]
    [ReadsVectors("rlp-random")]
    public void Random_bytes_are_judged_as_given() => ForEachCase("rlp-random", (item, encoded) =>
    {
        if (item.GetString() == "VALID") Assert.Equal(encoded, RlpTree.Encode(RlpTree.Decode(encoded)));
        else Assert.Throws<RlpException>(() => RlpTree.Decode(encoded));
    });

    [VectorFact]
    [ReadsVectors("ethers-rlp")]
    public void Items_encode_and_decode_as_ethers_does() =>
        Assert.All(VectorFiles.ReadJson(VectorFiles.TheOne("ethers-rlp")).EnumerateArray(), item =>
        {
            var encoded = item.GetProperty("encoded").GetString();
            Assert.Equal(encoded, Hex.Encode(RlpTree.Encode(FromHex(item.GetProperty("decoded")))));
            Assert.Equal(encoded, Hex.Encode(RlpTree.Encode(RlpTree.Decode(Hex.Decode(encoded!)))));
        });

    private static void ForEachCase(string group, Action<JsonElement, byte[]> check)
    {
        var cases = 0;
        foreach (var file in VectorFiles.Of(group))
        {
            foreach (var entry in VectorFiles.ReadJson(file).EnumerateObject())
            {
                try
                {
                    check(entry.Value.GetProperty("in"), Hex.Decode(entry.Value.GetProperty("out").GetString()!));
                    cases++;
                }
                catch (Exception failure)
                {
                    throw new InvalidOperationException($"{file}: {entry.Name}: {failure.Message}", failure);
                }
            }
        }

        Assert.NotEqual(0, cases);
    }

    // Texts are their bytes, numbers and "#123" their shortest big-endian bytes.
    private static object FromJson(JsonElement item) => item.ValueKind switch
    {
        JsonValueKind.Array => item.EnumerateArray().Select(FromJson).ToList(),
        JsonValueKind.Number => Number(item.GetUInt64()),
        _ when item.GetString() is ['#', .. var digits] => Number(BigInteger.Parse(digits)),
        _ => Encoding.Latin1.GetBytes(item.GetString()!),
    };

    private static object FromHex(JsonElement item) =>
        item.ValueKind == JsonValueKind.Array ? item.EnumerateArray().Select(FromHex).ToList() : Hex.Decode(item.GetString()!);

    private static byte[] Number(BigInteger value) => value.IsZero ? [] : value.ToByteArray(isUnsigned: true, isBigEndian: true);
}
