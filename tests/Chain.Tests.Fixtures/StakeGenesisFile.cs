using System.Text.Json.Nodes;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules;

namespace Chain.Tests;

/// <summary>Genesis files of proof of stake for tests.</summary>
internal static class StakeGenesisFile
{
    public const ulong OnionLayers = 64;

    /// <summary>So many validators with the keys of <see cref="StakeSample.KeyOf"/>, from one up.</summary>
    public static JsonArray Validators(int count) => [.. Enumerable.Range(1, count).Select(Validator)];

    public static JsonObject Validator(int number) => new()
    {
        ["publicKey"] = Hex.Encode(StakeSample.KeyOf(number).PublicKey),
        ["randaoCommitment"] = RandaoOnion.Reveal(OnionSeed(number), Epoch.Genesis, Epoch.Genesis, OnionLayers).ToString(),
        ["withdrawalAddress"] = StakeSample.KeyOf(number).Address.ToString(),
    };

    public static Hash256 OnionSeed(int number) => Keccak256.Hash([(byte)number]);

    /// <summary>A file with these validators, and what else is to stand under `config.chain`.</summary>
    public static string Json(JsonArray? validators, params (string Name, JsonNode? Value)[] settings)
    {
        var chain = new JsonObject { ["consensus"] = "proof-of-stake", ["randaoOnionLayers"] = OnionLayers };
        if (validators is not null) chain["validators"] = validators;
        foreach (var (name, value) in settings) chain[name] = value;
        return new JsonObject { ["config"] = new JsonObject { ["chainId"] = 31337, ["chain"] = chain } }.ToJsonString();
    }

    public static GenesisFile Parse(JsonArray? validators, params (string Name, JsonNode? Value)[] settings) =>
        KnownRules.Genesis.Parse(Json(validators, settings));
}
