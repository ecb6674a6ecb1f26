using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Programs;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Rules.Clique;

/// <summary>`chain clique`: what a node's signers vote for.</summary>
internal static class CliqueCommands
{
    private static readonly Option<Uri> Rpc = new("--rpc")
    {
        Description = "The node's administration port; node N of a test network has 9545 + N",
        DefaultValueFactory = _ => new Uri("http://127.0.0.1:9545"),
        CustomParser = ReadUrl,
        Recursive = true,
    };
    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document and nothing else",
        Recursive = true,
    };

    public static Command Create(CommandGuard guard) =>
        new("clique", "Vote about who may sign the blocks of a Clique chain")
        {
            Propose(guard), Discard(guard), Signers(guard), Rpc, Json,
        };

    private static Command Propose(CommandGuard guard)
    {
        var account = Account();
        var remove = new Option<bool>("--remove") { Description = "Vote the account out instead of in" };
        var command = new Command("propose",
            "Let the node's signers vote for an account in their blocks; more than half of all signers must")
        {
            account, remove,
        };
        command.SetAction((parsed, cancellation) => guard(parsed, async () =>
        {
            var (about, isOut) = (Parse(parsed.GetValue(account)!), parsed.GetValue(remove));
            await CallAsync(parsed, "clique_propose", [about.ToString(), !isOut], cancellation);
            if (parsed.GetValue(Json))
                JsonOutput.Print(new JsonObject { ["account"] = about.ToString(), ["authorize"] = !isOut });
            else AnsiConsole.MarkupLine($"The node votes {(isOut ? "to remove" : "for")} {about} from its next block on.");
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static Command Discard(CommandGuard guard)
    {
        var account = Account();
        var command = new Command("discard", "Let the node's signers cast no more votes about an account") { account };
        command.SetAction((parsed, cancellation) => guard(parsed, async () =>
        {
            var about = Parse(parsed.GetValue(account)!);
            await CallAsync(parsed, "clique_discard", [about.ToString()], cancellation);
            if (parsed.GetValue(Json)) JsonOutput.Print(new JsonObject { ["account"] = about.ToString(), ["authorize"] = null });
            else AnsiConsole.MarkupLine($"The node casts no more votes about {about}.");
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static Command Signers(CommandGuard guard)
    {
        var command = new Command("signers", "List the accounts that may sign after the head");
        command.SetAction((parsed, cancellation) => guard(parsed, async () =>
        {
            using var client = new NodeClient(parsed.GetValue(Rpc)!);
            var answer = await client.AskAsync("clique_getSigners", [], cancellation);
            var signers = answer.Items().Select(signer => signer.Address().ToString()).ToList();
            if (parsed.GetValue(Json)) JsonOutput.Print(new JsonArray([.. signers.Select(signer => (JsonNode)signer)]));
            else foreach (var signer in signers) AnsiConsole.MarkupLine(signer);
            return ExitCodes.Ok;
        }));
        return command;
    }

    private static Argument<string> Account() => new("account") { Description = "The account, as 0x and 40 hex digits" };

    private static async Task CallAsync(ParseResult parsed, string method, JsonNode?[] parameters, CancellationToken cancellation)
    {
        using var client = new NodeClient(parsed.GetValue(Rpc)!);
        await client.AskAsync(method, parameters, cancellation);
    }

    private static Address Parse(string text) => Address.TryParse(text, out var account)
        ? account
        : throw new UsageException($"'{text}' is not an address (40 hex digits; mixed case must match its EIP-55 checksum).");

    private static Uri? ReadUrl(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;
        result.AddError($"--rpc: '{result.Tokens[0].Value}' is not a node's URL; expected http://HOST:PORT or https://HOST:PORT, "
            + "such as http://127.0.0.1:9545.");
        return null;
    }
}
