using Chain.Consensus;
using Chain.Consensus.Clique;
using Chain.Host;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;
using Microsoft.Extensions.Logging;

namespace Chain.Rules.Clique;

/// <summary>How a node takes part in Clique.</summary>
public sealed record CliqueSetup : RuleSetup
{
    /// <summary>The keys of the signers that the node acts for; may be empty.</summary>
    public IReadOnlyList<PrivateKey> Signers { get; init; } = [];

    /// <summary>By the first digits of an account, without 0x; an empty text is for all. Test networks only.</summary>
    public IReadOnlyList<(string Prefix, CliqueMisbehaviour Misbehaviour)> Misbehaviours { get; init; } = [];

    public override RuleHost Open(RuleSite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        return new CliqueHost(this, site);
    }
}

/// <summary>Clique in a running node: its signers' keys.</summary>
internal sealed partial class CliqueHost : RuleHost
{
    private readonly Dictionary<ValidatorKey, PrivateKey> _keys;

    public CliqueHost(CliqueSetup setup, RuleSite site)
    {
        _keys = setup.Signers.ToDictionary(key => new ValidatorKey(key.PublicKey));
        var settings = (CliqueSettings)site.Spec.Consensus;
        Rules = CliqueRule.Create(site.Spec, settings, site.Genesis);
        Api = new CliqueApi(settings);
        Duties = [.. _keys.Select(item => new CliqueDutyHolder(item.Key, MisbehaviourOf(setup, item.Value.Address)))];
        if (_keys.Count > 0) SignersHere(site.Log, string.Join(", ", setup.Signers.Select(key => key.Address)));
    }

    public override ConsensusRules Rules { get; }

    public override RuleApi Api { get; }

    public override IReadOnlyList<DutyHolder> Duties { get; }

    public override IReadOnlyList<SigningAnswer> Sign(IReadOnlyList<SigningRequest> requests, ChainView view) =>
    [
        .. requests.Select(request => _keys.TryGetValue(request.Key, out var key)
            ? new SigningAnswer(request, key.Sign(request.SigningRoot), null)
            : new SigningAnswer(request, null, "this node does not hold the key")),
    ];

    [LoggerMessage(Level = LogLevel.Information, Message = "Signing for {Accounts}")]
    private static partial void SignersHere(ILogger logger, string accounts);

    private static CliqueMisbehaviour MisbehaviourOf(CliqueSetup setup, Address account)
    {
        var hex = SignerKeys.NameOf(account)[2..];
        return setup.Misbehaviours.Where(item => hex.StartsWith(item.Prefix, StringComparison.Ordinal))
            .Select(item => item.Misbehaviour).LastOrDefault();
    }
}
