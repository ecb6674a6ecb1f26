using Chain.Node;

namespace Chain.Tests;

/// <summary>The form of the scripts itself: what it finds fault with, and that it leaves nothing out.</summary>
public sealed class ScriptFormTests
{
    [Fact]
    public void A_script_that_expects_something_else_fails_and_shows_both()
    {
        const string Wrong = "send alice status eth/68 head b1 total 100";
        var failure = Assert.ThrowsAny<Exception>(() => Run($"node\nconnect alice\n----\n{Wrong}"));
        Assert.Contains($"Expected:\n    {Wrong}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Printed:\n    send alice status eth/68 head g total 100", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_effect_that_the_script_leaves_out_fails_it() =>
        Assert.ThrowsAny<Exception>(() => Run("node\nconnect alice\n----\n"));

    [Theory]
    [InlineData("node\ndance\n----", "There is no command 'dance', and no peer of that name.")]
    [InlineData("node\nconnect alice ether=68\n----", "'connect' has no option ether.")]
    [InlineData("node\nblock b2 on b1\n----", "There is no block 'b1'.")]
    [InlineData("node\nconnect alice\nalice sings\n----", "A peer cannot say 'sings'.")]
    [InlineData("tick\n----", "A script begins with `node`.")]
    public void What_a_command_means_is_never_guessed(string script, string why)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => Run(script));
        Assert.EndsWith(why, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_without_a_divider_are_refused() =>
        Assert.Throws<FormatException>(() => ScriptFile.Parse("node\ntick"));

    [Fact]
    public void Rewriting_changes_expectations_and_nothing_else()
    {
        const string Script = "# Why.\n\nnode\nconnect alice\n----\nwrong\n\n# More.\ntick\n----\nnothing\n";
        var file = ScriptFile.Parse(Script);

        var rewritten = file.Rewrite(ScriptCheck.Print(file, "script"));

        Assert.Equal(Script.Replace("wrong", "send alice status eth/68 head g total 100", StringComparison.Ordinal), rewritten);
    }

    [Fact]
    public void Runs_of_names_are_written_short_and_read_back()
    {
        string[] names = ["b1", "b2", "b3", "c7", "b9", "b8", "b7", "b6"];
        Assert.Equal(names, ScriptNames.Expand(["b1..b3", "c7", "b9..b6"]));
    }

    [Fact]
    public void Every_message_has_a_text()
    {
        var names = new ScriptNames();
        names.Name("a", SampleMessages.HashA);
        names.Name("b", SampleMessages.HashB);
        foreach (var number in new[] { 1, 4 }) names.Add($"t{number}", SampleMessages.Transaction(number));
        names.Add("t2", SampleMessages.Transaction(2, Primitives.TransactionType.Legacy));
        names.Add("t3", SampleMessages.Transaction(3, Primitives.TransactionType.AccessList));
        foreach (var header in new[] { SampleMessages.Header(1), SampleMessages.Header(2, withdrawals: true),
            SampleMessages.Header(9), SampleMessages.Header(9, withdrawals: true) })
            names.Name($"h{names.Count}", header.Hash);

        // Announcements are compared with the transactions that they are of, which these hashes are not.
        var messages = SampleMessages.All(69).Where(message => message is not WireMessage.NewPooledTransactionHashes).ToList();

        Assert.All(messages, message => Assert.NotEmpty(MessageText.Of(message, names)));
        var kinds = typeof(WireMessage).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(WireMessage)));
        var missing = kinds.Except(messages.Select(message => message.GetType()));
        Assert.Equal([typeof(WireMessage.NewPooledTransactionHashes)], missing);
    }

    private static void Run(string script) => ScriptCheck.Run(ScriptFile.Parse(script), "script");
}
