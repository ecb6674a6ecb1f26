using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Terminal;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>`chain validator list`: the validators as a node's head has them.</summary>
internal static class ValidatorListCommand
{
    private static readonly string[] VoteParts = ["source", "target", "head"];

    public static Command Create()
    {
        var local = new Option<bool>("--local") { Description = "Only those that the node acts for" };
        var command = new Command("list",
            "Show the validators of a chain: balance, status, epochs, votes") { ValidatorSession.Rpc, local,
            ValidatorSession.Json };
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            using var node = ValidatorSession.Connect(parsed);
            var answer = await ValidatorSession.ValidatorsAsync(node, cancellation);
            if (parsed.GetValue(local))
                answer["validators"] = new JsonArray([.. answer["validators"]!.AsArray()
                    .Where(validator => (bool)validator!["local"]!).Select(validator => validator!.DeepClone())]);
            if (parsed.GetValue(ValidatorSession.Json)) TestnetCommands.Print(answer);
            else Show(answer);
            return ChainProgram.Ok;
        }));
        return command;
    }

    private static void Show(JsonObject answer)
    {
        var table = new Table().RoundedBorder();
        foreach (var column in new[] { "validator", "key", "status", "balance", "active since", "leaves", "withdrawable",
            "last epoch's vote", "inactivity", "here" })
            table.AddColumn(column);
        foreach (var validator in answer["validators"]!.AsArray())
        {
            var status = (string)validator!["status"]!;
            var color = status switch { "active" => "green", "slashed" => "red", "pending" => "blue", _ => "yellow" };
            table.AddRow(
                Shown.Field($"v{validator["index"]}"),
                Shown.Field(ShortKey((string)validator["publicKey"]!)),
                $"[{color}]{Shown.Field(status)}[/]",
                string.Create(CultureInfo.InvariantCulture,
                    $"{(decimal)(ulong)validator["balanceGwei"]! / 1_000_000_000m:0.######} ether"),
                Epoch(validator["activationEpoch"]),
                Epoch(validator["exitEpoch"]),
                Epoch(validator["withdrawableEpoch"]),
                Vote(validator["previousEpoch"]!),
                Shown.Field(validator["inactivityScore"]),
                (bool)validator["local"]! ? validator["silent"] is null ? "yes" : "[yellow]silent[/]" : "");
        }

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine($"slot {Shown.Field(answer["slot"])}, epoch {Shown.Field(answer["epoch"])}");
        foreach (var silent in answer["validators"]!.AsArray().GroupBy(validator => (string?)validator!["silent"]))
        {
            if (silent.Key is null) continue;
            var names = string.Join(", ", silent.Select(validator => $"v{validator!["index"]}"));
            AnsiConsole.MarkupLine($"[yellow]warning:[/] {Shown.Line($"{names}: {silent.Key}")}");
        }

        foreach (var warning in OnionRenewal.Warnings(answer))
            AnsiConsole.MarkupLine($"[yellow]warning:[/] {Shown.Line(warning)}");
    }

    // Without the 0x in front.
    private static string ShortKey(string key) => key.Length > 14 ? key[2..14] : key;

    private static string Epoch(JsonNode? epoch) => epoch is null ? "-" : Shown.Field($"epoch {epoch}");

    private static string Vote(JsonNode flags)
    {
        var right = VoteParts.Where(name => (bool)flags[name]!).ToList();
        return right.Count == 0 ? "none" : string.Join(", ", right);
    }
}
