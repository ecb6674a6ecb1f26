using System.Text.Json.Nodes;
using Chain.Primitives;
using Chain.Rpc.Client;
using Chain.Testnet;

namespace Chain.Rules.Clique;

/// <summary>Votes on one account that have not taken effect.</summary>
internal readonly record struct StatusTally(Address Account, bool Authorize, long Votes);

/// <summary>Who may sign the next block of a node's chain, as `chain_status` tells it.</summary>
internal sealed record CliqueStatus : RuleStatus
{
    /// <summary>The head's.</summary>
    public required long Number { get; init; }

    public required IReadOnlyList<Address> Signers { get; init; }

    /// <summary>Those that have not sealed one of the last blocks.</summary>
    public required IReadOnlyList<Address> MaySign { get; init; }

    /// <summary>Null: no signer is left.</summary>
    public required Address? InTurn { get; init; }

    /// <summary>How many votes change the signers, and of how many blocks in a row a signer may seal one.</summary>
    public required long SignerLimit { get; init; }

    public required long OpenVotes { get; init; }

    public required IReadOnlyList<StatusTally> Tally { get; init; }

    /// <summary>Whether the next block is overdue.</summary>
    public required bool IsStalled { get; init; }

    public static CliqueStatus Read(Answer answer) => new()
    {
        Number = answer.Require("number").Count(),
        Signers = Accounts(answer.Require("signers")),
        MaySign = Accounts(answer.Require("maySign")),
        InTurn = answer.Field("inTurn")?.Address(),
        SignerLimit = answer.Require("signerLimit").Count(),
        OpenVotes = answer.Require("votes").Items().Count(),
        Tally =
        [
            .. answer.Require("tally").Items().Select(item => new StatusTally(
                item.Require("address").Address(), item.Require("authorize").Flag(), item.Require("votes").Count())),
        ],
        IsStalled = answer.Require("stalled").Flag(),
    };

    public override void WriteTo(JsonObject entry) => entry["clique"] = new JsonObject
    {
        ["number"] = Number,
        ["signers"] = ToJson(Signers),
        ["maySign"] = ToJson(MaySign),
        ["inTurn"] = InTurn?.ToString(),
        ["signerLimit"] = SignerLimit,
        ["openVotes"] = OpenVotes,
        ["tally"] = new JsonArray([.. Tally.Select(item => new JsonObject
        {
            ["address"] = item.Account.ToString(),
            ["authorize"] = item.Authorize,
            ["votes"] = item.Votes,
        })]),
        ["stalled"] = IsStalled,
    };

    private static List<Address> Accounts(Answer answer) => [.. answer.Items().Select(item => item.Address())];

    private static JsonArray ToJson(IEnumerable<Address> accounts) =>
        new([.. accounts.Select(account => (JsonNode)account.ToString())]);
}
