using System.Text.Json.Nodes;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rpc.Client;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>Proof of stake in a network of processes: whose validators are on which node, and where the chain stands.</summary>
public sealed class StakeNetwork : NetworkRule
{
    public static readonly StakeNetwork Instance = new();

    // 9999-12-31, the last day that a date can name.
    private const ulong LastSecond = 253_402_300_799;

    /// <summary>Reads genesis files of proof of stake.</summary>
    internal static readonly GenesisReader Genesis = new([new ProofOfStakeReader()]);

    private StakeNetwork()
    {
    }

    public override string Name => "pos";

    public override string Title => "proof of stake";

    public override bool HasFinality => true;

    public override string? FindProblem(TestnetManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (manifest.StakeOf() is not { } stake) return "`stake` is missing, which a network of proof of stake has.";
        if (stake.SlotMs == 0) return "`stake.slotMs` is 0; a slot has a length.";
        if (stake.GenesisTime > LastSecond)
            return $"`stake.genesisTime` is {stake.GenesisTime}; it must be a time in seconds since 1970, at most {LastSecond}.";
        return manifest.Nodes.Select(FindProblem).FirstOrDefault(problem => problem is not null);
    }

    public override IEnumerable<string> ArgumentsOf(TestnetNode node) =>
        (node.ValidatorsOf()?.Behave ?? []).SelectMany(behave => (string[])["--behave", behave]);

    public override string KeysOf(TestnetNode node) =>
        node.ValidatorsOf() is null ? base.KeysOf(node) : "its keys and its validators'";

    public override TimeSpan? UntilGenesis(TestnetManifest manifest, DateTimeOffset now) =>
        manifest.StakeOf()?.UntilGenesis(now);

    public override void Describe(TestnetNode node, JsonObject entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (node.ValidatorsOf() is { } validators)
            entry["validators"] = new JsonObject { ["first"] = validators.First, ["count"] = validators.Count };
    }

    public override RuleStatus? ReadStatus(Answer answer) =>
        answer.Field("stake") is { } stake ? StakeStatus.Read(stake) : null;

    private static string? FindProblem(TestnetNode node)
    {
        var at = $"nodes[{node.Index}]";
        if (node.ValidatorsOf() is not { } own) return null;
        if (own.First < 0 || own.Count < 1 || own.Count > StakePlan.MaxValidators
            || own.First > StakePlan.MaxValidators - own.Count)
            return $"`{at}.validators` begins with {own.First} and has {own.Count}; a network has at most "
                + $"{StakePlan.MaxValidators} validators, numbered from 0.";
        return own.Behave.Contains(null!) ? $"`{at}.validators.behave` has a null in it; it must be a list of texts." : null;
    }
}
