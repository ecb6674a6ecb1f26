using System.CommandLine;
using Chain.Terminal;

namespace Chain.Tests;

public sealed class UsageErrorTests
{
    [Theory]
    [InlineData("sned", "Unknown command 'sned'. Did you mean 'send'? See `wallet --help`.")]
    [InlineData("speedup", "Unknown command 'speedup'. Did you mean 'speed-up'? See `wallet --help`.")]
    [InlineData("balance", "Unknown command 'balance'. See `wallet --help`.")]
    [InlineData("send --vaule", "Unrecognized command or argument '--vaule'. Did you mean '--value'? See `wallet send --help`.")]
    [InlineData("send --u", "Unrecognized command or argument '--u'. See `wallet send --help`.")]
    [InlineData("send --urk", "Unrecognized command or argument '--urk'. Did you mean '--url'? See `wallet send --help`.")]
    [InlineData("keys lits", "Unknown command 'lits'. Did you mean 'list'? See `wallet keys --help`.")]
    public void A_mistyped_word_is_named_with_what_was_probably_meant(string line, string explained) =>
        Assert.Equal(explained, UsageError.Explain("wallet", Root().Parse(line)));

    [Fact]
    public void A_value_of_another_type_is_explained_without_names_of_types() =>
        Assert.Equal(
            "Cannot parse argument 'x' for option '--count' as a whole number. See `wallet send --help`.",
            UsageError.Explain("wallet", Root().Parse("send --count x")));

    [Theory]
    [InlineData("send", "send", 0)]
    [InlineData("send", "sned", 1)]
    [InlineData("send", "sen", 1)]
    [InlineData("send", "seend", 1)]
    [InlineData("send", "bend", 1)]
    [InlineData("", "send", 4)]
    [InlineData("watch", "send", 5)]
    public void The_distance_counts_typing_mistakes(string from, string to, int expected) =>
        Assert.Equal(expected, EditDistance.Between(from, to));

    private static RootCommand Root()
    {
        var send = new Command("send") { new Option<string>("--value"), new Option<int>("--count") };
        send.SetAction(_ => 0);
        return new RootCommand
        {
            send,
            new Command("speed-up"),
            new Command("keys") { new Command("list") },
            new Option<string>("--url") { Recursive = true },
        };
    }
}
