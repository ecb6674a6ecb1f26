using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules.Stake;

namespace Chain.Cli;

/// <summary>Writes genesis files.</summary>
internal static class GenesisTemplate
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Proof of work.</summary>
    public static string Write(ulong chainId, ulong blockTimeSeconds, ulong difficulty,
        IReadOnlyList<KeyValuePair<Address, UInt256>> accounts) => Text(
        chainId,
        new JsonObject { ["consensus"] = "proof-of-work", ["blockTimeSeconds"] = blockTimeSeconds },
        new JsonObject { ["difficulty"] = difficulty },
        accounts);

    /// <summary>Proof of stake; what a validator stakes goes back to its key's own account in the end.</summary>
    public static string WriteStake(ulong chainId, ulong slotMs, ulong slotsPerEpoch, IReadOnlyList<ValidatorSecret> validators,
        IReadOnlyList<KeyValuePair<Address, UInt256>> accounts)
    {
        var layers = new ProofOfStakeSettings().RandaoOnionLayers;
        var commitments = ValidatorKeys.Commitments([.. validators], layers);
        var entries = validators.Select((validator, i) => new JsonObject
        {
            ["publicKey"] = $"0x{ValidatorKeys.NameOf(validator.Key)}",
            ["randaoCommitment"] = commitments[i].ToString(),
            ["withdrawalAddress"] = validator.PrivateKey.Address.ToString(),
        });
        return Text(
            chainId,
            new JsonObject
            {
                ["consensus"] = "proof-of-stake",
                ["slotDurationMs"] = slotMs,
                ["slotsPerEpoch"] = slotsPerEpoch,
                ["validators"] = new JsonArray([.. entries]),
            },
            // Two networks made in the same second are still two networks.
            new JsonObject { ["mixHash"] = Hex.Encode(RandomNumberGenerator.GetBytes(Hash256.Size)) },
            accounts);
    }

    private static string Text(ulong chainId, JsonObject chain, JsonObject own,
        IReadOnlyList<KeyValuePair<Address, UInt256>> accounts)
    {
        var alloc = new JsonObject();
        foreach (var (address, wei) in accounts) alloc[address.ToString()] = new JsonObject { ["balance"] = wei.ToString() };
        var genesis = new JsonObject { ["config"] = new JsonObject { ["chainId"] = chainId, ["chain"] = chain } };
        foreach (var (name, value) in own) genesis[name] = value!.DeepClone();
        genesis["gasLimit"] = 30_000_000;
        genesis["timestamp"] = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        genesis["alloc"] = alloc;
        return genesis.ToJsonString(Indented) + "\n";
    }
}
