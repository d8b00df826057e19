"""What complaint texts say when they mean it, and what only looks like it: the signal table.

Every pattern is RE2 (no look-around), read without regard to letter case. A line gathers what
belongs together; add a word to the line where it fits, or a line of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_APPS = "抖音|快手|小红书|微博|视频号|知乎"
_SITES = "facebook|instagram|tiktok|youtube|twitter|weibo|reddit"
_NOT = "(?:没有?|未|无|并?不会?|并非|不要|别|请勿|不想|无需|不用)"
_BEFALL = "(?:人员?|造成|发生|出现|引起|任何){0,3}"


@dataclass(frozen=True, slots=True)
class Signal:
    """`marks` raise the signal, unless they stand only inside a `harmless` passage."""

    marks: tuple[str, ...]
    harmless: tuple[str, ...]


PATTERNS: Final[dict[str, Signal]] = {
    "public_exposure": Signal(
        marks=(
            "曝光|爆料|媒体|记者|热搜|公之于众|公诸于众|舆论|黑猫投诉|[拉举打].{0,6}横幅",
            _APPS,
            "发帖|(?:发|传|挂|捅)(?:到|在)?网上|发.{0,3}朋友圈|315晚会",
            # a station is a threat only when somebody calls it or it reports
            "(?:电视台|都市频道).{0,12}(?:采访|报[道到]|曝光)",
            "(?:找|叫|联系|请|打给|告诉|[上进]了?).{0,6}(?:电视台|都市频道)",
            "(?:找|联系|打给|告诉).{0,4}新闻",
            rf"\b(?:social media|{_SITES}|trustpilot|yelp|journalists?|reporters?|newspapers?)\b",
            r"\b(?:go(?:ing)?|went) (?:public|viral)\b|\bname and shame\b|\bmedia outlets?\b",
            r"\b(?:tell|call|contact|inform|go(?:ing)? to|alert) the (?:media|press|news)\b",
            r"\bexpos(?:e|ing) (?:you|them|this|your)\b|\btv station\b",
            r"\b(?:one[- ]star|1[- ]star|negative|bad) reviews?\b",
            r"\bpost(?:ing)? .{0,20}\bonline\b",
        ),
        harmless=(
            # a camera's exposure, a film clip, a company's line of work
            "(?:过度|相机|长)曝光|曝光[度量率时]|[多流]媒体|答.{0,3}记者|中外(?:媒体|记者)|社交媒体|新媒体(?:平台|公司|中心)",
            # news that somebody read, not news that somebody will make
            "媒体.{0,2}(?:公布|披露|宣传|介绍|曾经)|(?:据|此前|近日|从|看|在).{0,3}媒体[^曝爆]",
            # the place where something was bought or seen is not a threat
            f"(?:{_APPS})[上里]?的?(?:直播|商城|小店|店|旗舰|橱窗|平台|客服|官方|会员|号)",
            f"(?:{_APPS})[上里]?的?(?:账号|帐号|月付|支付|下单|购买?|买|充值|团购|看到|刷到|推荐|广告|名称)",
            "广播电视台|电视台(?:附近|宿舍|旁|对面|员工|家属|路|网络|工作)|看.{0,4}(?:电视台|都市频道)",
            f"{_NOT}(?:曝光|爆料|找媒体|找记者)|发帖(?:时间|回复)",
            rf"\b(?:{_SITES}) (?:log ?in|account|ads?|marketplace|shop|app|messenger|page)\b",
            rf"\b(?:saw|seen|bought|ordered|found) .{{0,20}}\bon (?:{_SITES})\b",
            r"\bsocial media team\b",
        ),
    ),
    "regulator": Signal(
        marks=(
            r"(?:^|[^0-9])123(?:00|05|15|18|28|31|33|45|63|69|78|88)(?:$|[^0-9])",
            "工信部|工业和信息化部|通信管理局|通管局|银保监|[银证保]监[会局]|金融监管|金管局",
            "消费者协会|消协|消委会|消保委|市场监[督管]|市监[局所]|药监|物价局|网信办|邮政管理局",
            "工商(?:局|所|部门|行政|管理局|举报|投诉)|质监[局站部]|质检总局|民航局|人民银行|央行",
            "市长(?:热线|信箱)|信访|上访|纪委|监察委|监管(?:部门|机构|总?局)|主管部门|举报",
            "起诉|法院|法庭|诉讼|打官司|律师|仲裁|报警|报案",
            r"\bregulators?\b|\bombuds(?:man|men|woman|person)\b|\btrading standards\b",
            r"\bconsumer (?:protection|affairs|council|association|rights)\b",
            r"\battorney general\b",
            r"\bbetter business bureau\b|\b(?-i:BBB|FTC|FCC|CFPB|FCA|ACCC|Ofcom|Ofgem)\b",
            r"\b(?:lawyers?|solicitors?|attorneys?|lawsuits?|small claims|legal action|suing)\b",
            r"\bsue (?:you|them|your|the)\b|\bto court\b|\b(?:call(?:ed)?|to) the police\b",
        ),
        harmless=(
            # 取消协议, 马上访问, 微信访问, 一起诉苦, 汇报案例 cross the border of two words
            "消协[议商助定作调]|上访[问谈客视]|信访[问客谈]|一起诉|[汇通上申填预]报案",
            "最高人民法院关于|法院(?:路|宿舍|旁|对面|附近)|人民银行征信|密码.{0,3}12345",
            "报警[器灯]|报警(?:系统|装置|功能)|(?:自动|一键|烟雾|火灾)报警",
            f"{_NOT}(?:起诉|报警|报案|举报|上访)",
            r"\b(?:voltage|pressure|gas|temperature|speed) regulators?\b|\bregulator valves?\b",
            r"\b(?:not|never|won't) (?:going to |planning to )?sue (?:you|them|your|the)\b",
            r"\bno (?:lawyers?|lawsuits?|legal action)\b",
        ),
    ),
    "safety": Signal(
        marks=(
            "起火|着火|失火|火灾|自燃|冒烟|爆炸|炸[了裂伤]|漏电|触电|电击|失灵|坠落|坍塌|倒塌",
            "(?:燃气|煤气|天然气|液化气).{0,4}(?:泄漏|泄露|漏)",
            "受伤|[烫烧割砸摔撞咬炸]伤|划[伤破]了?(?:手|脸|皮)|骨折|流血|送医|进了?医院|抢救",
            "窒息|中毒|拉肚子|腹泻|上吐下泻|呕吐|过敏|吃出|食[品物].{0,6}(?:变质|发霉|过期)",
            "死亡|身亡|丧命|丧生|致死|生命危险|危及.{0,6}(?:生命|安全)|威胁.{0,8}(?:生命|安全)",
            "安全(?:隐患|事故|问题|风险)|不安全|(?:人身|生命|生命.{0,2}财产|食品|消防|用电|资金|账户)安全",
            "盗刷|盗用|盗号|[账帐卡](?:户|号|里|内)?.{0,4}被(?:盗|冒用|转走)|被诈骗|电信诈骗",
            "(?:个人|身份|客户|隐私)(?:信息|资料)?.{0,4}(?:泄露|泄漏|外泄|被卖)|冒用.{0,4}身份",
            r"\b(?:caught|catch(?:es)?|on|a) fire\b|\bfire (?:hazard|risk|broke out)\b",
            r"\bgas leak",
            r"\bexplo(?:d(?:e|ed|es|ing)|sion)\b|\belectric(?:al)? shocks?\b|\belectrocut\w*",
            r"\binjur(?:y|ies|ed)\b|\bbleeding\b|\bambulance\b|\bhospitali[sz]ed\b",
            r"\bburn(?:t|ed) (?:me|my|his|her)\b",
            r"\bhurt (?:me|my|him|her|his|myself|himself|herself)\b",
            r"\b(?:went|taken|rushed) to (?:the )?hospital\b",
            r"\bpoison(?:ed|ing)\b|\ballergic reaction\b|\bcarbon monoxide\b|\bchok(?:ed|ing)\b",
            r"\bunsafe\b|\bdangerous\b|\bhazard(?:s|ous)?\b|\bsafety (?:risk|issue|concern)s?\b",
            r"\bfraud(?:ulent|ulently)?\b",
            r"\bunauthori[sz]ed (?:charge|transaction|payment|withdrawal|access|purchase)s?\b",
            r"\b(?:hacked|phishing|identity theft|data breach)\b",
            r"\baccount .{0,10}\b(?:stolen|compromised)\b",
        ),
        harmless=(
            # 发起火, 起火车, 看着火车 cross a border; figures of speech; protective devices
            "发起火|起火[车锅]|着火[车锅候炬热]|很受伤|受伤害|信息.{0,3}爆炸|爆炸[式性头]|嗓子冒烟|漏洞",
            "防?漏电(?:保护|开关|断路)|(?:电脑|手机)中毒|死亡(?:证明|人口|率|登记)|过敏体质|送医[保药]|防火灾报警",
            "食品安全[法局委标监]|(?:消防|食品|用电)安全(?:教育|宣传|知识|检查|技术|城市)",
            f"{_NOT}{_BEFALL}(?:受伤|起火|着火|失火|火灾|爆炸|漏电|中毒|过敏|死亡)",
            f"{_NOT}{_BEFALL}安全(?:隐患|问题|事故)",
            r"\ba fire (?:hydrant|truck|alarm|station|extinguisher|drill|sale|stick)\b",
            r"\bno (?:one|body) (?:was |got )?(?:hurt|injured)\b",
            r"\bnobody (?:was |got )?(?:hurt|injured)\b",
            r"\b(?:not|never|isn't|wasn't) (?:\w+ )?(?:injured|dangerous|unsafe|hacked)\b",
            r"\bno injur(?:y|ies)\b",
        ),
    ),
    "anger": Signal(
        marks=(
            "投诉无门|气愤|愤怒|愤慨|生气|恼火|窝火|骗子|欺骗|忽悠|坑人|坑爹|坑害|黑心|无良|奸商",
            "无耻|不要脸|流氓|霸王条款|太过分|过分了|过分至极|忍无可忍|无法忍受|受够|欺人太甚",
            "岂有此理|天理[何难不]|没有?天理|还有.{0,3}天理|王法|可恶|可恨|恶心|心寒|寒心|丧尽天良",
            "失望透顶|(?:非常|很|太|极度|十分|彻底|无比|令人)失望|强烈(?:谴责|不满|抗议)|民怨",
            "踢皮球|推诿|推卸责任|欺负(?:人|消费者|老|我)|讨.{0,2}说法|讨.{0,2}公道|店大欺客",
            "良心(?:何在|被狗)|态度(?:极其?|十分|非常|太|很|特别)?(?:恶劣|极差|太差)|狗屁|他妈|妈的",
            "傻[逼叉]|混蛋|王八蛋|脑残|什么玩意|辣鸡",
            "垃圾(?:公司|平台|客服|产品|服务|运营商|商家|快递|软件|东西|玩意|银行|宽带|售后|物流|态度)",
            "(?:太|真|真是|最|很|这么|如此|就是|超级)垃圾",
            r"[!！]{3,}|[!！?？]{4,}",
            r"\b(?:angry|furious|outrag(?:ed|eous)|disgust(?:ed|ing)|appall(?:ed|ing)|unacceptable)\b",
            r"\b(?:ridiculous|scam(?:mers?|med)?|rip[- ]?off|ripped off|crooks?|liars?|thieves)\b",
            r"\bli(?:ed|ying) to (?:me|us)\b",
            r"\b(?:useless|incompetent|pathetic|fed up|disgrace(?:ful)?)\b",
            r"\bsick (?:and tired )?of\b|\bhad enough\b|\bshame on you\b|\bworst\b",
            r"\bwaste of (?:time|money)\b",
            r"\b(?:absolute|total|complete|utter|pure|such) (?:garbage|rubbish|trash|joke)\b",
            r"\b(?:bullshit|damn|wtf|fuck\w*|shit\w*)\b",
            r"\b(?:terrible|horrible|awful) (?:service|experience|company|support|attitude)\b",
        ),
        harmless=(
            # refuse that is refuse; nausea that is a symptom; 太过分散 is "too scattered"
            "垃圾(?:[站场堆桶池屋箱车山袋费满乱臭坑点房围遍成分倒]|中转|转运|焚烧|填埋|处理|清|收集)",
            "垃圾(?:回收|短信|邮件|电话|污染|服务费|无人|没人|到处|压缩|随)",
            "恶心(?:呕吐|想吐|、|的?气味|的?味|的?臭)|(?:头晕|头痛|呕吐)[、,，]?恶心|过分散",
            "生气(?:勃勃|盎然)|和气生气",
            f"{_NOT}(?:很|太|感到|觉得|再)?(?:气愤|愤怒|生气|恼火|失望|过分|欺骗|推诿)",
            r"\bworst[- ]case\b",
            r"\b(?:not|isn't|wasn't|never) (?:\w+ )?(?:angry|furious|useless|unacceptable)\b",
        ),
    ),
}
