using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Plugin;
using Chain.Programs;
using Chain.Rpc.Client;
using Chain.Terminal;
using Spectre.Console;

namespace Chain.Rules.Stake;

/// <summary>`chain validator list`: the validators as a node's head has them.</summary>
internal static class ValidatorListCommand
{
    private const int ShortKey = 12;

    public static Command Create(CommandGuard guard)
    {
        var local = new Option<bool>("--local") { Description = "Only those that the node acts for" };
        var command = new Command("list",
            "Show the validators of a chain: balance, status, epochs, votes") { ValidatorSession.Rpc, local,
            ValidatorSession.Json };
        command.SetAction((parsed, cancellation) => guard(parsed, async () =>
        {
            using var node = ValidatorSession.Connect(parsed);
            var answer = await node.AskAsync("chain_validators", [], cancellation);
            var registry = ValidatorRegistry.Read(answer);
            if (parsed.GetValue(ValidatorSession.Json)) JsonOutput.Print(Document(answer, parsed.GetValue(local)));
            else Show(registry, parsed.GetValue(local));
            return ExitCodes.Ok;
        }));
        return command;
    }

    /// <summary>What the node answered, or those of it for which it acts.</summary>
    private static JsonNode Document(Answer answer, bool localOnly)
    {
        var document = JsonNode.Parse(answer.ToJson())!;
        if (localOnly)
            document["validators"] = new JsonArray([.. document["validators"]!.AsArray()
                .Where(validator => (bool)validator!["local"]!).Select(validator => validator!.DeepClone())]);
        return document;
    }

    private static void Show(ValidatorRegistry registry, bool localOnly)
    {
        var table = new Table().RoundedBorder();
        foreach (var column in new[] { "validator", "key", "status", "balance", "active since", "leaves", "withdrawable",
            "last epoch's vote", "inactivity", "here" })
            table.AddColumn(column);
        var shown = registry with { Validators = [.. registry.Validators.Where(validator => validator.IsLocal || !localOnly)] };
        foreach (var validator in shown.Validators)
        {
            var color = validator.Status switch { "active" => "green", "slashed" => "red", "pending" => "blue", _ => "yellow" };
            table.AddRow(
                $"v{validator.Index}",
                validator.PublicKey[..ShortKey],
                $"[{color}]{Shown.Field(validator.Status)}[/]",
                string.Create(CultureInfo.InvariantCulture, $"{validator.BalanceGwei / 1_000_000_000m:0.######} ether"),
                Epoch(validator.ActivationEpoch),
                Epoch(validator.ExitEpoch),
                Epoch(validator.WithdrawableEpoch),
                Vote(validator.PreviousEpoch),
                $"{validator.InactivityScore}",
                validator.IsLocal ? validator.Silent is null ? "yes" : "[yellow]silent[/]" : "");
        }

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine($"slot {registry.Slot}, epoch {registry.Epoch}");
        foreach (var silent in shown.Validators.GroupBy(validator => validator.Silent))
        {
            if (silent.Key is null) continue;
            var names = string.Join(", ", silent.Select(validator => $"v{validator.Index}"));
            AnsiConsole.MarkupLine($"[yellow]warning:[/] {Shown.Line($"{names}: {silent.Key}")}");
        }

        foreach (var warning in OnionRenewal.Warnings(shown))
            AnsiConsole.MarkupLine($"[yellow]warning:[/] {Shown.Line(warning)}");
    }

    private static string Epoch(ulong? epoch) => epoch is null ? "-" : $"epoch {epoch}";

    private static string Vote(RightVotes right)
    {
        (bool Is, string Name)[] parts = [(right.Source, "source"), (right.Target, "target"), (right.Head, "head")];
        var names = string.Join(", ", parts.Where(part => part.Is).Select(part => part.Name));
        return names.Length > 0 ? names : "none";
    }
}
