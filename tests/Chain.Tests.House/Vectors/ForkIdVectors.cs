using System.Globalization;
using System.Text.RegularExpressions;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class ForkIdVectors
{
    private static readonly Dictionary<string, string> GenesisHashes = new()
    {
        ["Mainnet"] = "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
        ["Testnet"] = "0x41941023680923e0fe4d74a34bdac8141f2540e3ae90623718e47d66d1ca4a2d",
        ["Rinkeby"] = "0x6341fd3daf94b748c72ced5a5b26028f2474f5f00d824504e4fa37a75767e177",
        ["Goerli"] = "0xbf7e331f7f7c1dd2e05159666b3bf8bc7a8a3a9eb1d518969eab529dd9b88c1a",
    };

    [VectorFact]
    [ReadsVectors("fork-id-creation")]
    public void Identifiers_of_the_public_networks_are_those_of_EIP_2124()
    {
        var cases = VectorFiles.ReadJson(VectorFiles.TheOne("fork-id-creation")).EnumerateArray()
            .Select(item =>
                (Network: item.GetProperty("network").GetString()!, Head: item.GetProperty("head").GetUInt64(),
                    Hash: item.GetProperty("hash").GetString()!, Next: item.GetProperty("next").GetUInt64()))
            .ToList();
        Assert.NotEmpty(cases);
        foreach (var network in cases.GroupBy(one => one.Network))
        {
            // Every fork of a network is some case's next one.
            ulong[] forks = [.. network.Select(one => one.Next).Order()];
            var schedule = new ForkSchedule(Hash256.Parse(GenesisHashes[network.Key]), forks);
            Assert.All(network, one => Assert.Equal($"{one.Hash}, next {one.Next}", schedule.At(one.Head).ToString()));
        }
    }

    /// <summary>The table stands in the file as the EIP's Go source: head, identifier, expected error.</summary>
    [VectorFact]
    [ReadsVectors("fork-id-validation")]
    public void Peers_are_accepted_and_refused_as_in_EIP_2124()
    {
        var mainnet = new ForkSchedule(Hash256.Parse(GenesisHashes["Mainnet"]), 1_150_000, 1_920_000, 2_463_000, 2_675_000,
            4_370_000, 7_280_000);
        var text = VectorFiles.ReadText(VectorFiles.TheOne("fork-id-validation"));
        var rows = Regex.Matches(text, @"\{(\d+), ID\{Hash: 0x([0-9a-f]{8}), Next: ([\w.]+)\}, (\w+)\}");
        Assert.Equal(Regex.Count(text, @"ID\{"), rows.Count);
        Assert.All(rows, row =>
        {
            var next = row.Groups[3].Value == "math.MaxUint64"
                ? ulong.MaxValue
                : ulong.Parse(row.Groups[3].Value, CultureInfo.InvariantCulture);
            var remote = new ForkId(uint.Parse(row.Groups[2].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), next);
            var expected = row.Groups[4].Value switch
            {
                "nil" => ForkVerdict.Compatible,
                "ErrRemoteStale" => ForkVerdict.RemoteStale,
                "ErrLocalIncompatibleOrStale" => ForkVerdict.LocalIncompatibleOrStale,
                var other => throw new InvalidOperationException($"Unknown outcome {other}."),
            };
            Assert.Equal(expected, mainnet.Judge(remote, ulong.Parse(row.Groups[1].Value, CultureInfo.InvariantCulture)));
        });
    }
}
