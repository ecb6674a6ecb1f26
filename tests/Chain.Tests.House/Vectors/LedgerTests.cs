using System.Reflection;

namespace Chain.Tests;

/// <summary>
/// Every file of outside data is read by a named test, or stands in the list of what is not claimed with the reason.
/// </summary>
public sealed class LedgerTests
{
    [Fact]
    public void Every_claimed_group_has_a_test_that_reads_it()
    {
        var read = ReadGroups().Select(reader => reader.Group).ToHashSet();

        var unread = VectorGroups.Claimed.Select(group => group.Name).Except(read);
        Assert.Empty(unread);
    }

    [Fact]
    public void Every_test_that_reads_vectors_is_a_vector_test_and_names_a_claimed_group()
    {
        var claimed = VectorGroups.Claimed.Select(group => group.Name).ToHashSet();

        Assert.Empty(ReadGroups().Where(reader => !claimed.Contains(reader.Group) || !reader.IsTest).Select(reader =>
            $"{reader.Method}: {reader.Group}"));
    }

    [Fact]
    public void No_group_is_declared_twice() =>
        Assert.Empty(VectorGroups.Claimed.GroupBy(group => group.Name).Where(same => same.Count() > 1).Select(same => same.Key));

    [VectorFact]
    public void Every_file_belongs_to_exactly_one_group_or_is_not_claimed_for_one_reason()
    {
        var wrong = VectorFiles.All
            .Select(file =>
                (File: file,
                    Holders: VectorGroups.Claimed.Where(group => VectorFiles.Matches(group.Glob, file)).Select(group =>
                        group.Name)
                .Concat(VectorGroups.NotClaimed.Where(entry => VectorFiles.Matches(entry.Glob, file)).Select(entry =>
                    $"not claimed: {entry.Glob}")).ToArray()))
            .Where(entry => entry.Holders.Length != 1)
            .Select(entry => $"{entry.File}: {(entry.Holders.Length == 0 ? "nobody" : string.Join(", ", entry.Holders))}");

        Assert.Empty(wrong);
    }

    [VectorFact]
    public void Every_claimed_group_and_every_exception_covers_a_file()
    {
        var globs = VectorGroups.Claimed.Select(group => group.Glob).Concat(VectorGroups.NotClaimed.Select(entry => entry.Glob));
        var idle = globs.Except(globs.Where(glob => VectorFiles.All.Any(file => VectorFiles.Matches(glob, file))));
        Assert.Empty(idle);
    }

    private static IEnumerable<(string Group, string Method, bool IsTest)> ReadGroups() =>
        from type in typeof(LedgerTests).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        from attribute in method.GetCustomAttributes<ReadsVectorsAttribute>()
        select (attribute.Group, $"{type.Name}.{method.Name}",
            method.IsDefined(typeof(VectorFactAttribute)) || method.IsDefined(typeof(VectorTheoryAttribute)));
}
