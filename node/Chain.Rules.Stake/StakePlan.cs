using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>
/// The validators of a network: their keys in the nodes' folders, their part of the genesis file, who of them misbehaves.
/// </summary>
internal static class StakePlan
{
    public const int MaxValidators = 4096;

    // Slot zero has neither block nor votes, so nodes need not wait a long one out: the first block comes this soon after their
    // start.
    private const ulong LongestWaitMs = 1000;

    private static readonly TimeSpan MaxGenesisDelay = TimeSpan.FromHours(1);

    /// <exception cref="TestnetException">A wish that cannot be met.</exception>
    public static void Check(StakeWishes wishes, int nodes)
    {
        if (wishes.SlotMs is < 100 or > 3_600_000)
            throw new UsageException($"A slot is from 100ms to 1h long, not {wishes.SlotMs} ms (--slot).");
        if (wishes.SlotsPerEpoch is < 2 or > 1024)
            throw new UsageException($"An epoch has 2 to 1024 slots, not {wishes.SlotsPerEpoch} (--slots-per-epoch): one of a "
                + $"single slot ends before its own block can be voted for.");
        if (wishes.Validators < 0 || (ulong)wishes.Validators < wishes.SlotsPerEpoch)
            throw new UsageException($"{wishes.Validators} validators are too few for {wishes.SlotsPerEpoch} slots an epoch: "
                + $"each slot needs one at least. Choose more --validators or fewer --slots-per-epoch.");
        if (wishes.Validators > MaxValidators)
            throw new UsageException($"A test network has at most {MaxValidators} validators, not {wishes.Validators}.");
        if (wishes.GenesisDelay is { } delay && (delay < TimeSpan.Zero || delay > MaxGenesisDelay))
            throw new UsageException($"Genesis is at most {MaxGenesisDelay.TotalHours} h away, not {delay} (--genesis-delay).");
        foreach (var wish in wishes.Behave)
        {
            if (wish.Node >= nodes)
                throw new UsageException($"--behave: there is no node {wish.Node}; this network has the nodes 0 to {nodes - 1}.");
            if (wish.Node is null && wish.Last >= wishes.Validators)
                throw new UsageException($"--behave: there is no validator {wish.Last}; this network has v0 to "
                    + $"v{wishes.Validators - 1}.");
        }
    }

    /// <summary>The first validator of a node and how many it has: equal parts, in the order of the registry.</summary>
    public static (int First, int Count) ValidatorsOf(int node, int nodes, int validators)
    {
        var first = (int)((long)validators * node / nodes);
        return (first, (int)((long)validators * (node + 1) / nodes) - first);
    }

    /// <summary>Draws the keys of a node's validators into its folder.</summary>
    public static ValidatorSecret[] DrawKeys(string nodeFolder, int count)
    {
        var history = Path.Combine(nodeFolder, SigningHistory.FileName);
        if (File.Exists(history))
            throw new TestnetException($"{history} is there already, of a network that is not: choose another --dir, or delete "
                + $"this one.");
        return ValidatorKeys.Create(Path.Combine(nodeFolder, ValidatorKeys.FolderName), count).IsOk(out var secrets,
            out var error)
            ? secrets
            : throw new TestnetException($"{error} A network that was not finished may have left them: choose another --dir, "
                + $"or delete this one.");
    }

    /// <summary>Says to a node's signing history that its keys are new, so that they do not count as signing elsewhere.</summary>
    public static void Register(string nodeFolder, IReadOnlyList<ValidatorSecret> secrets, Hash256 genesis)
    {
        if (secrets.Count == 0) return;
        using var history = SigningHistory.Open(Path.Combine(nodeFolder, SigningHistory.FileName), genesis);
        history.RegisterNew([.. secrets.Select(secret => secret.Key)]);
    }

    /// <summary>The `--behave` arguments of a node.</summary>
    public static List<string> BehaviourOf(int node, int first, IReadOnlyList<ValidatorSecret> secrets, StakeWishes wishes)
    {
        var arguments = new List<string>();
        for (var i = 0; i < secrets.Count; i++)
        {
            if (wishes.Behave.LastOrDefault(wish => wish.Covers(node, first + i)) is { } wish)
                arguments.Add($"{MisbehaviourNames.Of(wish.Kind)}:{ValidatorKeys.NameOf(secrets[i].Key)}");
        }

        return arguments;
    }

    /// <summary>
    /// The genesis file but for its accounts and its time, which is best chosen once this is done: the validators' onions take
    /// some.
    /// </summary>
    public static JsonObject Genesis(StakeWishes wishes, IReadOnlyList<ValidatorSecret> secrets, ulong chainId, ulong gasLimit)
    {
        var layers = new ProofOfStakeSettings().RandaoOnionLayers;
        var commitments = ValidatorKeys.Commitments([.. secrets], layers);
        var validators = secrets.Select((secret, i) => new JsonObject
        {
            ["publicKey"] = "0x" + ValidatorKeys.NameOf(secret.Key),
            ["randaoCommitment"] = commitments[i].ToString(),
            ["withdrawalAddress"] = WithdrawalAddressOf(i).ToString(),
        });
        return new JsonObject
        {
            ["config"] = new JsonObject
            {
                ["chainId"] = chainId,
                ["chain"] = new JsonObject
                {
                    ["consensus"] = "proof-of-stake",
                    ["slotDurationMs"] = wishes.SlotMs,
                    ["slotsPerEpoch"] = wishes.SlotsPerEpoch,
                    ["gasLimitTarget"] = gasLimit,
                    ["validators"] = new JsonArray([.. validators]),
                },
            },
            ["gasLimit"] = gasLimit,
            // Two networks made in the same second are still two networks.
            ["mixHash"] = Hex.Encode(RandomNumberGenerator.GetBytes(Hash256.Size)),
        };
    }

    /// <summary>
    /// When slot zero begins: on the first whole second by which the nodes have started, or so long before it that the first
    /// block comes a second later where slots are longer than that. Headers count whole seconds, so that up to one more passes.
    /// </summary>
    /// <param name="now">Just before the nodes are started.</param>
    /// <param name="start">How long the nodes take to start.</param>
    /// <param name="slotMs">The length of a slot.</param>
    /// <returns>Seconds since 1970-01-01 UTC.</returns>
    public static ulong GenesisTime(DateTimeOffset now, TimeSpan start, ulong slotMs)
    {
        var started = (ulong)(now + start).ToUnixTimeMilliseconds();
        return (started - (slotMs - Math.Min(slotMs, LongestWaitMs)) + 999) / 1000;
    }

    // The withdrawn stake is nobody's: 0x00…57a40000 and up, so that the development accounts hold what transfers leave there.
    private static Address WithdrawalAddressOf(int validator) =>
        new([.. new byte[16], 0x57, 0xa4, (byte)(validator >> 8), (byte)validator]);
}
