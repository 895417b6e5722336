"""Which change of one word is a slip of the hand, and no other word. Pure.

Asked of English alone: only there do the tables say which words stand so near to one another that a slip could make
one of the other. A language without tables has no slips here, and a word that was spelt wrong in it is a
clarification. "legal" and "illegal", "moral" and "mortal", "million" and "billion" never come to this: what is
allowed is said below, letter by letter, and the tables close what the letters leave open.
"""

import re

from sources.quotations.negations import listed, negation

_LETTERS = re.compile(r"[a-z]{2,40}")
_THRICE = re.compile(r"([a-z])\1\1")
_ROMAN = re.compile(r"[ivxlcdm]+")
_SHORTEST_SWAPPED = 5
_SHORTEST_WITH_A_GAP = 9
# A letter may be missing or too many only behind what can be a prefix and before what can be an ending.
_KEPT_AT_THE_ENDS = 3

# No English word, and what it was meant to be; whoever reads the one reads the other.
_KNOWN = dict(
    entry.split(":")
    for entry in listed(
        """
    abotu:about accoding:according accordign:according accross:across acheive:achieve acheived:achieved
    acording:according adn:and adress:address adressed:addressed adresses:addresses agian:again
    allready:already annouced:announced annoucement:announcement anounced:announced aobut:about
    appearence:appearance arguement:argument beacuse:because becasue:because becuase:because
    begining:beginning beleive:believe beleived:believed betwen:between beween:between
    bewteen:between buisness:business comission:commission comittee:committee commision:commission
    commitee:committee definately:definitely enviroment:environment existance:existence familar:familiar
    finaly:finally foriegn:foreign freind:friend freinds:friends govenment:government goverment:government
    goverments:governments governement:government happend:happened htat:that hte:the hwen:when hwich:which
    immediatly:immediately independance:independence independant:independent infomation:information
    interupted:interrupted knowlege:knowledge minsiter:minister neccessary:necessary necesary:necessary
    occassion:occasion occured:occurred occurence:occurrence occuring:occurring offical:official
    officals:officials orginal:original parlament:parliament parliment:parliament persistant:persistent
    politican:politician politicans:politicians posession:possession prefered:preferred
    presidental:presidential probaly:probably publically:publicly reccomend:recommend recieve:receive
    recieved:received recieves:receives recieving:receiving recomended:recommended refered:referred
    relevent:relevant religous:religious resistence:resistance seige:siege seperate:separate
    seperated:separated seperately:separately sieze:seize siezed:seized similiar:similar statment:statement
    statments:statements succesful:successful sucessful:successful suprise:surprise suprised:surprised
    taht:that teh:the tehre:there tehy:they theri:their thier:their thna:than thorugh:through thsi:this tihs:this
    truely:truly unfortunatly:unfortunately untill:until waht:what wehn:when whcih:which whihc:which
    whne:when wierd:weird wihch:which wiht:with writen:written writting:writing
        """
    )
)

# One word of each two that differ by such a slip (is_near) and say different things: each of 109,000 English words was
# held against each. What is left are spellings of one word, such as centers and centres.
_ALIKE = listed(
    """
    accouterments accoutred accoutring additions additively ailment ailments alteration alterations
    amiabilities amiability amiableness angels apprising apprisingly armoires aromatics attainers automatons
    backlashed backlashes backlashing backsides backtracing badly bahts balded balding barded barding bards
    barely bares barked barking barns basest beatification beatifications beatified beatifies beatifying
    beats belated birdling bittering blots blouses bookmaker bookmaking brunt bugle bugled bugles bugling
    businesses callusing calms calve carbs carps carte carted carter carters carting cartooning carve carved
    carven carver carves carving carvings casual casually casuals catalogers cataloging celerities
    centerboard centerboards centerfold centerfolds centerpiece centerpieces cered cervices chartable
    charwoman charwomen chequeing chillness chillnesses chorographer chorographers chorographic chorography
    circuities cliometric clods clots coals codes commandeers commonalties compeers competing compilable
    compiled compiler compilers compiles complaint completed composers composted composting concerted
    concerting conciousness conducing conducive congenially conservatoires contactable contacted contacting
    contactor contactors continent continently continents convening corny coroner coroners corporally corps
    costumers counterweighing countywide crackings creations creeps crispness crispnesses cruds crumbiest
    cruse cruses cryptogams curtsying dairies dairy daringness darts deceasing deducible defeating defecting
    defection defections defective defectors degassing deletable demonically deprecate deprecated deprecates
    deprecating deprecatingly deprecation deprecations deprecatory dequeuing devilries dextrously
    dextrousness dextrousnesses didoes direr direst discreetly discreetness discreetnesses doughiest
    earthiest earthiness egoistical egoistically eightfold enqueuing entires ethically ethological
    ethologies ethologist ethologists euphorias excepting expatiate expatiated expatiates expatiating
    expatiation expatiations expiation expiations expiatory explanation factiously factiousness faluting
    farmed farmer farmers farming farmings farts feats fiberboard fiberfill fiberglass fiefs fiend filed
    filer filers files fingering fingerings fired firelight fires fledgling fleshiest flotation forgather
    forgathered forgathering forgathers forseeability forth forward forwardness forwardnesses frizziest
    gaoled gaols garbs garde garter garters gilded gilder gilders gilding gildings girded girds girts goers
    gradating gradation gradations grandams grimnesses grisliest grisliness growingly gustier gustiest
    gustiness gusty habitation habitations haems hairbreadth hairbreadths handcraft handcrafts handworks
    hardnesses hatchings headwater headwaters heretical heritages homomorphisms humanness humannesses
    immoralities immorality immorally imperious imperiously imperiousness impetuosity implement implements
    impudence impudences impudently indicting infarction infarctions infecting infection infections
    infective inhumanness insolently insolents insulting interceptor interceptors interlining interment
    interments intestate intestates isotopically kaffeeklatches kaons kindergartner kindergartners lairs
    lanknesses laundrette laundrettes liens lightings lightning likability lions lissomness livability lotus
    lubricously luminaires lusterless macintosh macintoshes maligner maligners manically mantels marinations
    marital maritally meagerly meagerness mediating mediation mediations meets memoires miens milometer
    minuets misfield mislaying monamines monos moralities movability multilayer naives nectarous neontology
    nickels noises numskulls nurslings nutrients orchiectomies orchiectomy ordnances orgastically outlaying
    overdoing overeating overlocked overlocker overlockers overlying overplaying overseers palatally
    paradisical parametrisation parametrisations parametrise parametrised parametrises parametrization
    parametrizations parametrize parametrized parametrizes parted parter parters parting parts pasties pasty
    patios pattering pedicels peeks pekineses percept perceptive perceptively percepts perfect perfects
    perform performed performing performs permed perms peroration perorations perpends personalties perter
    pertest petites piled pilers piles plaint ploys pluses plushness poesy poises polos potentate potentates
    potholers predicability predicable predicted predicting prediction predictions predictive predictively
    predictor preluding presentment presentments prologise prologize prostates protonotaries protonotary
    quickest raggedest rails reconnoitred reconnoitring refactors refection refired refires reflating
    regarded regarding rehearing reminders remolding reparable repertoires rerouting resalable resectability
    resectable reselling resetting restating retaining retiral retired retires retracted retracting
    retraction retreaded retreading revelings rippingly rockeries rogue rogues sacred sailborders salerooms
    saltation salted salting salts salty salvation salve salved salver salvers salves salving sangs satin
    satins scantness scarp scarped scarper scarpers scarping scarps scraggier scraggiest semiologist
    semiologists semiology semiotician semiotics sepulchred sepulchring setal setts sherds shrieks signed
    signer signers signifiant signing signs silts silver silvered silvering silvers sites sloes smoldered
    smoldering snogs soldering soldier solitaires somberly somberness spareness specialties spidering spilt
    stalemate stalemates staleness stanchest stanching straightway strangers stubbiest subtopics summoning
    supergluing suppliant suppliants swingingly tarns tarps textually theatergoer theatergoers there
    thermopile thermopiles thickest thorned tilted tilting timbres tired tires toady torts torus trail
    trailed trailing trails trichloroethane trimeters tubercles turnround unamiable underling underpants
    underpaying underplays undeserved unfavoured uniformed unite united unites unmediated unmistakably
    unsalable unsaleable unsellable unshakably unstained venalities verification verifications verifiers
    verifying viola waiver warps warranting wearingly whatsername whatsisname whosoever wield woodiness
    worth
    """
)

# Words that say how many, how much, when or where.
_MEASURES = listed(
    """
    zero none once twice thrice double triple half halves third thirds quarter quarters dozen dozens score
    scores hundred hundreds thousand thousands million millions billion billions trillion trillions
    quadrillion one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety first second
    fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
    seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth
    ninetieth hundredth thousandth millionth billionth january february march april may june july august
    september october november december spring summer autumn winter monday tuesday wednesday thursday friday
    saturday sunday today yesterday tomorrow tonight day days week weeks month months year years decade
    decades century centuries hour hours minute minutes mile miles yard yards foot feet inch inches acre
    acres hectare hectares pound pounds ounce ounces ton tons percent percentage euro euros dollar dollars
    cent cents rouble roubles ruble rubles hryvnia hryvnias degree degrees left right above below before
    after over under upper lower inside outside inward outward more most less least fewer fewest greater
    greatest smaller smallest higher highest lowest larger largest increase increased increases decrease
    decreased decreases all some many few any every each always often sometimes maximum minimum majority
    minority
    """
)
_MEASURE = re.compile(
    r".*(?:north|south|east|west).*|(?:thir|for|four|fif|six|seven|eigh|nine)t.*"
    r"|(?:centi|deci|giga|hecto|kilo|mega|micro|milli|nano|tera)?(?:met(?:re|er)|lit(?:re|er)|gramme|gram|tonne|watt|byte)s?"
)


def is_slip(old: str, new: str) -> bool:
    """Whether `new` can be what was meant by `old`; where it is not known to be, the text has to bear it out."""
    return is_known(old, new) or is_near(old, new)


def is_known(old: str, new: str) -> bool:
    """Whether `old` is no word but a usual misspelling of `new`, or `new` with a letter three times for twice."""
    if not (_LETTERS.fullmatch(old) and _LETTERS.fullmatch(new)):
        return False
    if _KNOWN.get(old) == new:
        return True
    runs = list(_THRICE.finditer(old))
    return (
        len(runs) == 1
        and len(new) >= _SHORTEST_SWAPPED - 1
        and old[: runs[0].start()] + old[runs[0].start() + 1 :] == new
        and not _THRICE.search(new)
        and not _ROMAN.fullmatch(new)
        and not is_fixed(new)
    )


def is_near(old: str, new: str) -> bool:
    """Whether two words differ by one slip that makes no other English word of either.

    Two neighbouring letters within the word are exchanged, or a letter in the middle of a long word is missing or too
    many. The first and the last letter stay, and no letter stands in the place of another. Whether `old` was no word
    in the text, the text has to say.
    """
    if not (_LETTERS.fullmatch(old) and _LETTERS.fullmatch(new)):
        return False
    if is_fixed(old) or is_fixed(new) or old in _ALIKE or new in _ALIKE:
        return False
    return _is_swapped(old, new) or _has_gap(old, new) or _has_gap(new, old)


def is_fixed(word: str) -> bool:
    """Whether a word counts, measures, dates, directs, compares or negates."""
    return word in _MEASURES or _MEASURE.fullmatch(word) is not None or negation(word, "en") is not None


def _is_swapped(old: str, new: str) -> bool:
    if len(old) != len(new) or len(old) < _SHORTEST_SWAPPED:
        return False
    places = [at for at, (one, other) in enumerate(zip(old, new, strict=True)) if one != other]
    if len(places) != 2 or places[1] != places[0] + 1:
        return False
    first, second = places
    return first > 0 and second < len(old) - 1 and old[first] == new[second] and old[second] == new[first]


def _has_gap(shorter: str, longer: str) -> bool:
    """Whether `longer` without one letter of its middle is `shorter`."""
    if len(longer) != len(shorter) + 1 or len(shorter) < _SHORTEST_WITH_A_GAP:
        return False
    return any(
        longer[:at] + longer[at + 1 :] == shorter
        for at in range(_KEPT_AT_THE_ENDS, len(longer) - _KEPT_AT_THE_ENDS)
    )
