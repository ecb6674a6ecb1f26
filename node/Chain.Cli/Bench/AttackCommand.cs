using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Testnet;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>`chain bench attack`: what a hostile peer can do to a network of real processes, against the same network without it.</summary>
internal static class AttackCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("attack") { Description = "Its number or name; without it the attacks are listed", Arity = ArgumentArity.ZeroOrOne };
        var variations = new Option<string[]>("--variation") { Description = "Only this variation; may be repeated. All by default" };
        var seconds = new Option<double>("--seconds") { Description = "Length of the window without the attack, and of the one under it", DefaultValueFactory = _ => 20 };
        var rest = new Option<double>("--rest") { Description = "Seconds from the end of the attack until memory is measured again", DefaultValueFactory = _ => 10 };
        var port = new Option<int>("--rpc-port") { Description = "JSON-RPC port of the first node; the others and the peers' ports follow", DefaultValueFactory = _ => 18_545 };
        var command = new Command("attack", "Attack a network of real processes with a scripted peer; exit code 1 when a mark is missed") { name, variations, seconds, rest, port };
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(parsed, async () =>
        {
            var isJson = parsed.GetValue(BenchCommands.Json);
            if (parsed.GetValue(name) is not { } wanted) return List(isJson);
            var attack = Attack.Find(wanted) ?? throw new UsageException($"Unknown attack '{wanted}'; `chain bench attack` lists them.");
            var chosen = Choose(attack, parsed.GetValue(variations) ?? []);
            if (parsed.GetValue(seconds) is not (>= 1 and <= 3600)) throw new UsageException($"--seconds is {parsed.GetValue(seconds)}; it must be from 1 to 3600.");
            if (parsed.GetValue(rest) is not (>= 0 and <= 3600)) throw new UsageException($"--rest is {parsed.GetValue(rest)}; it must be from 0 to 3600.");
            var options = new AttackBenchOptions(TimeSpan.FromSeconds(parsed.GetValue(seconds)), TimeSpan.FromSeconds(parsed.GetValue(rest)), parsed.GetValue(port));
            var reports = await RunAsync(attack, chosen, options, isJson, cancellation);
            if (isJson) TestnetCommands.Print(Document(attack, reports));
            return reports.All(report => report.Passed) ? ChainProgram.Ok : ChainProgram.Refused;
        }));
        return command;
    }

    private static List<AttackVariation> Choose(Attack attack, string[] names)
    {
        foreach (var name in names)
        {
            if (attack.Variations.All(variation => variation.Name != name))
                throw new UsageException($"The attack {attack.Name} has no variation '{name}'; it has {string.Join(", ", attack.Variations.Select(variation => variation.Name))}.");
        }

        return [.. attack.Variations.Where(variation => names.Length == 0 || names.Contains(variation.Name))];
    }

    private static async Task<List<AttackReport>> RunAsync(Attack attack, List<AttackVariation> chosen, AttackBenchOptions options, bool isJson, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("chain-attack-").FullName;
        var reports = new List<AttackReport>();
        try
        {
            foreach (var variation in chosen)
            {
                var report = await AttackBench.RunAsync(
                    attack, variation, options, Path.Combine(folder, variation.Name), text => ChainProgram.Errors.MarkupLine($"[grey]{Markup.Escape(text)}[/]"), cancellation);
                reports.Add(report);
                if (!isJson) Print(report);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return reports;
    }

    private static int List(bool isJson)
    {
        if (isJson)
        {
            TestnetCommands.Print(new JsonObject
            {
                ["attacks"] = new JsonArray([.. Attack.All.Select(attack => new JsonObject
                {
                    ["row"] = attack.Row,
                    ["name"] = attack.Name,
                    ["summary"] = attack.Summary,
                    ["variations"] = new JsonArray([.. attack.Variations.Select(variation => new JsonObject { ["name"] = variation.Name, ["summary"] = variation.Summary })]),
                })]),
            });
            return ChainProgram.Ok;
        }

        foreach (var attack in Attack.All)
        {
            AnsiConsole.MarkupLine($"[bold]{attack.Row} {Markup.Escape(attack.Name)}[/]: {Markup.Escape(attack.Summary)}");
            foreach (var variation in attack.Variations) AnsiConsole.MarkupLine(Markup.Escape($"    {variation.Name}: {variation.Summary}"));
        }

        return ChainProgram.Ok;
    }

    private static void Print(AttackReport report)
    {
        var table = new Table().RoundedBorder().Title(Markup.Escape($"{report.Attack.Row} {report.Attack.Name}, {report.Variation.Name}: {report.Variation.Summary}"));
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

    private static string Figure(double value, string unit) => Markup.Escape(string.Create(CultureInfo.InvariantCulture, $"{value:#,0.#} {unit}"));

    private static string Offenders(IReadOnlyList<Offender> offenders)
    {
        var gone = offenders.Where(offender => offender.Ending is not null).ToList();
        var text = $"Hostile peers: {offenders.Count}, most points seen {offenders.Select(offender => offender.Score).DefaultIfEmpty().Max()}, disconnected {gone.Count}";
        return gone.Count == 0 ? $"{text}." : string.Create(CultureInfo.InvariantCulture,
            $"{text}: the first after {gone.Min(offender => offender.Ending!.After.TotalSeconds):0.0} s ({string.Join(", ", gone.Select(offender => offender.Ending!.Reason).Distinct())}).");
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
