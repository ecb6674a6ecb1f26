namespace Chain.Tests;

public sealed class ForkChoiceVectors
{
    [VectorFact]
    [ReadsVectors("consensus-specs-fork-choice")]
    public void The_store_goes_through_every_recorded_case_as_the_executable_spec_does()
    {
        var (settings, document) = SpecVectors.Open("consensus-specs-fork-choice");
        using (document)
        {
            var cases = document.RootElement.GetProperty("cases").EnumerateArray().ToList();
            Assert.NotEmpty(cases);
            foreach (var test in cases) new ForkChoiceCase(settings, test).Run();
        }
    }
}
