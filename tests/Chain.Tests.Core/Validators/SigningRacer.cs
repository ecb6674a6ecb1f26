using System.Globalization;
using Chain.Consensus;
using Chain.Rules.Stake;
using static Chain.Tests.SigningSample;

namespace Chain.Tests;

/// <summary>
/// A process that shares a key and a history with others: for each line it is told, one round's number and its own, it asks for
/// what that round has for it, and says what it was allowed. In a round every process asks for another block for the same slot
/// and for votes that conflict with the others'.
/// </summary>
internal static class SigningRacer
{
    public const string Command = "race-for-signatures";

    public static int Run(string path)
    {
        using var history = SigningHistory.Open(path, Genesis).Knowing(1);
        Say("ready");
        while (Console.In.ReadLine() is { } line)
        {
            var numbers = line.Split(' ');
            var asked = RequestsOf(int.Parse(numbers[0], CultureInfo.InvariantCulture),
                int.Parse(numbers[1], CultureInfo.InvariantCulture));
            Say(string.Join(' ', history.CheckAndInsert(asked).Select(refusal => refusal is null ? "1" : "0")));
        }

        return 0;
    }

    /// <summary>
    /// What a process asks for in a round: a block, a vote for the round's target, and one that may span those of rounds around
    /// it.
    /// </summary>
    public static IReadOnlyList<SigningRequest> RequestsOf(int round, int process)
    {
        var random = new Random((round * 31) + process);
        var root = (round * 16) + process;
        var source = (ulong)(round + random.Next(3));
        return
        [
            Block((ulong)round, root),
            Vote(source, (ulong)round + 4, root),
            Vote((ulong)(round + random.Next(2)), (ulong)(round + 5 + random.Next(3)), root + 8),
        ];
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
