using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Bench;
using Chain.Plugin;
using Chain.Programs;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>
/// `chain bench attack`: what a hostile peer can do to a network of real processes, against the same network without it.
/// </summary>
internal static class AttackCommand
{
    private static readonly Argument<string?> Name = new("attack")
    {
        Description = "Its number or name; without it the attacks are listed",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string[]> Variations = new("--variation")
    {
        Description = "Only this variation; may be repeated. All by default",
    };

    private static readonly Option<double> Seconds = new("--seconds")
    {
        Description = "Length of the window without the attack, and of the one under it",
        DefaultValueFactory = _ => 20,
    };

    private static readonly Option<double> Rest = new("--rest")
    {
        Description = "Seconds from the end of the attack until memory is measured again",
        DefaultValueFactory = _ => 15,
    };

    private static readonly Option<int> RpcPort = new("--rpc-port")
    {
        Description = "JSON-RPC port of the first node; the others and the ports for peers follow",
        DefaultValueFactory = _ => 18_545,
    };

    public static Command Create()
    {
        var command = new Command("attack", "Attack networks of real processes; exit code 1 when a mark is missed")
        {
            Name, Variations, Seconds, Rest, RpcPort,
        };
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            var isJson = parsed.GetValue(BenchCommands.Json);
            if (parsed.GetValue(Name) is not { } wanted) return List(isJson);
            var attack = Attack.Find(wanted)
                ?? throw new UsageException($"Unknown attack '{wanted}'; `chain bench attack` lists them.");
            var chosen = Choose(attack, parsed.GetValue(Variations) ?? []);
            var (window, rest) = (SecondsOf(parsed, Seconds, least: 5), SecondsOf(parsed, Rest, least: 0));
            var options = new AttackBenchOptions(window, rest, parsed.GetValue(RpcPort));
            var reports = await RunAsync(attack, chosen, options, isJson, cancellation);
            if (isJson) JsonOutput.Print(Document(attack, reports));
            return reports.All(report => report.Passed) ? ExitCodes.Ok : ExitCodes.Failed;
        }));
        return command;
    }

    private static TimeSpan SecondsOf(ParseResult parsed, Option<double> option, double least)
    {
        var value = parsed.GetValue(option);
        if (value >= least && value <= 3600) return TimeSpan.FromSeconds(value);
        throw new UsageException($"{option.Name} is {value}; it must be from {least} to 3600.");
    }

    private static List<AttackVariation> Choose(Attack attack, string[] names)
    {
        foreach (var name in names)
        {
            if (attack.Variations.Any(variation => variation.Name == name)) continue;
            var known = string.Join(", ", attack.Variations.Select(variation => variation.Name));
            throw new UsageException($"Unknown variation '{name}' of {attack.Name}; expected one of {known}.");
        }

        return [.. attack.Variations.Where(variation => names.Length == 0 || names.Contains(variation.Name))];
    }

    private static async Task<List<AttackReport>> RunAsync(
        Attack attack, List<AttackVariation> chosen, AttackBenchOptions options, bool isJson, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("chain-attack-").FullName;
        var reports = new List<AttackReport>();
        try
        {
            foreach (var variation in chosen)
            {
                var own = Path.Combine(folder, variation.Name);
                var report = await AttackBench.RunAsync(attack, variation, options, own, Tell, cancellation);
                reports.Add(report);
                if (!isJson) Print(report);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return reports;

        static void Tell(string text) => ChainProgram.Errors.MarkupLine($"[grey]{Markup.Escape(text)}[/]");
    }

    private static int List(bool isJson)
    {
        if (isJson)
        {
            JsonOutput.Print(new JsonObject
            {
                ["attacks"] = new JsonArray([.. Attack.All.Select(attack => new JsonObject
                {
                    ["row"] = attack.Row,
                    ["name"] = attack.Name,
                    ["summary"] = attack.Summary,
                    ["variations"] = new JsonArray([.. attack.Variations.Select(variation => new JsonObject
                    {
                        ["name"] = variation.Name,
                        ["summary"] = variation.Summary,
                    })]),
                })]),
            });
            return ExitCodes.Ok;
        }

        foreach (var attack in Attack.All)
        {
            AnsiConsole.MarkupLine($"[bold]{attack.Row} {Markup.Escape(attack.Name)}[/]: {Markup.Escape(attack.Summary)}");
            foreach (var (name, summary, _) in attack.Variations) AnsiConsole.MarkupLine(Markup.Escape($"    {name}: {summary}"));
        }

        return ExitCodes.Ok;
    }

    private static void Print(AttackReport report)
    {
        var (attack, variation) = (report.Attack, report.Variation);
        var title = $"{attack.Row} {attack.Name}, {variation.Name}: {variation.Summary}";
        var table = new Table().RoundedBorder().Title(Markup.Escape(title));
        foreach (var column in new[] { "mark", "under attack", "without", "bound", "" }) table.AddColumn(column);
        foreach (var mark in report.Marks)
        {
            table.AddRow(
                Markup.Escape(mark.Name),
                Figure(mark.Value, mark.Unit),
                mark.Baseline is { } baseline ? Figure(baseline, mark.Unit) : "",
                Markup.Escape(mark.Bound),
                mark.Bound.Length == 0 ? "" : mark.IsMet ? "[green]kept[/]" : "[red]missed[/]");
        }

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLine(Markup.Escape(Offenders(report.Offenders)));
    }

    private static string Figure(double value, string unit) =>
        Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{value:#,0.#} {unit}"));

    private static string Offenders(IReadOnlyList<Offender> offenders)
    {
        var gone = offenders.Where(offender => offender.Ending is not null).ToList();
        var most = offenders.Select(offender => offender.Score).DefaultIfEmpty().Max();
        var text = $"Hostile peers: {offenders.Count}, most points seen {most}, disconnected {gone.Count}";
        if (gone.Count == 0) return $"{text}.";
        var first = gone.Min(offender => offender.Ending!.After.TotalSeconds);
        var reasons = string.Join(", ", gone.Select(offender => offender.Ending!.Reason).Distinct());
        return string.Create(CultureInfo.InvariantCulture, $"{text}: the first after {first:0.0} s ({reasons}).");
    }

    private static JsonObject Document(Attack attack, IReadOnlyList<AttackReport> reports) => new()
    {
        ["machine"] = BenchCommands.Machine,
        ["row"] = attack.Row,
        ["attack"] = attack.Name,
        ["passed"] = reports.All(report => report.Passed),
        ["variations"] = new JsonArray([.. reports.Select(report => new JsonObject
        {
            ["name"] = report.Variation.Name,
            ["network"] = report.Variation.Terrain.Text,
            ["passed"] = report.Passed,
            ["marks"] = new JsonArray([.. report.Marks.Select(mark => new JsonObject
            {
                ["name"] = mark.Name,
                ["value"] = mark.Value,
                ["unit"] = mark.Unit,
                ["baseline"] = mark.Baseline,
                ["ratio"] = mark.Baseline is { } baseline && baseline != 0 ? mark.Value / baseline : null,
                ["bound"] = mark.Bound,
                ["met"] = mark.IsMet,
            })]),
            ["offenders"] = new JsonArray([.. report.Offenders.Select(offender => new JsonObject
            {
                ["node"] = offender.Node,
                ["score"] = offender.Score,
                ["disconnectedAfterMs"] = offender.Ending is { } ending ? Math.Round(ending.After.TotalMilliseconds) : null,
                ["reason"] = offender.Ending?.Reason.ToString(),
            })]),
        })]),
    };
}
